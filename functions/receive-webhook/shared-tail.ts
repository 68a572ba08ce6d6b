import type { ReadableBus, StoredEvent } from "../../lib/contracts/ports.ts";

/** Pages that are kept until the next commit: readers at the end all ask for the same one. */
const keptPages = 8;

/** A bus of which readers at the same place share one reading, however many they are. */
export function sharedTail(events: Pick<ReadableBus, "read" | "onCommit">): Pick<ReadableBus, "read"> {
  const pages = new Map<string, Promise<readonly StoredEvent[]>>();
  let listens = false;
  return {
    read(after, limit) {
      // Before anybody waits for a commit, so that whoever is woken by one reads anew.
      if (!listens) events.onCommit(() => pages.clear());
      listens = true;
      const place = `${after}/${limit}`;
      const known = pages.get(place);
      if (known) return known;
      const page = events.read(after, limit);
      pages.set(place, page);
      page.catch(() => pages.delete(place));
      const [oldest] = pages.keys();
      if (pages.size > keptPages && oldest !== undefined) pages.delete(oldest);
      return page;
    },
  };
}
