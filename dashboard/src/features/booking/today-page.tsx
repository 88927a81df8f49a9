import { Page } from '../../lib/ui/page.tsx';

export function TodayPage() {
  return <Page title="Today">{null}</Page>;
}
