import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // A data: URI would need a wider policy than the server sets.
  build: { target: 'es2023', assetsInlineLimit: 0 },
  server: { port: 5173, proxy: { '/api': 'http://localhost:3001' } },
});
