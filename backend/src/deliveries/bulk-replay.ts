import { type BulkReplayResult, MAX_REPLAYS } from '@voxanne/contract';

export interface BulkReplay {
  /** The oldest first, one more than `MAX_REPLAYS` where there are so many. */
  find(limit: number): Promise<{ id: string; topic: string }[]>;
  /** @returns the ids that went back into the queue. */
  replay(ids: readonly string[]): Promise<string[]>;
  dryRun: boolean;
  words: { would(counted: string): string; again: string; one: string; many: string };
}

/** Replays what was found, at most 1,000; in a dry run it only counts. */
export async function replayInBulk({ find, replay, dryRun, words }: BulkReplay): Promise<BulkReplayResult> {
  const found = await find(MAX_REPLAYS + 1);
  const chosen = found.slice(0, MAX_REPLAYS);
  const more = found.length > MAX_REPLAYS;
  const counts = Map.groupBy(chosen, ({ topic }) => topic);
  const by_topic = [...counts].map(([topic, { length }]) => ({ topic, count: length }));
  const result = { dry_run: dryRun, matched: chosen.length, more, by_topic };
  const counted = (count: number) => (count === 1 ? `1 ${words.one}` : `${count} ${words.many}`);
  if (dryRun) {
    const summary = `Would ${words.would(counted(chosen.length))}${more ? ', the oldest of more' : ''}.`;
    return { ...result, replayed: 0, summary };
  }
  const { length: replayed } = chosen.length > 0 ? await replay(chosen.map(({ id }) => id)) : [];
  const rest = more ? ` There are more: ${words.again} again to get the next ones.` : '';
  return { ...result, replayed, summary: `${counted(replayed)} in the queue again.${rest}` };
}
