/** Turns of the event loop without news after which what waits for promises alone is done; the body of a request can take one more. */
const quietTurns = 2;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Returns when nothing goes on any more until time passes. @param news counts everything that begins or ends */
export async function quiesce(news: () => number): Promise<void> {
  for (let quiet = 0; quiet < quietTurns; ) {
    const seen = news();
    await turn();
    quiet = seen === news() ? quiet + 1 : 0;
  }
}
