import type { SandboxConfig } from '../core/config.ts';
import type { Ledger } from '../core/ledger.ts';
import type { GoogleEntry, GoogleState } from './state.ts';

/** What every part of the Google stand-in shares. */
export interface GoogleWorld {
  config: SandboxConfig;
  state: GoogleState;
  ledger: Ledger<GoogleEntry>;
}
