import { Page } from '../../lib/ui/page.tsx';

export function MessagesPage() {
  return <Page title="Messages">{null}</Page>;
}
