import type { ReadableBus } from "../contracts/ports.ts";

/** Position of the last event, 0 when there is none: in long steps and then in short ones, since a bus can be long. */
export async function endOf(bus: Pick<ReadableBus, "read">): Promise<number> {
  let end = 0;
  let step = 1;
  for (;;) {
    const [found] = await bus.read(end + step - 1, 1);
    if (found) {
      end = found.position;
      step *= 2;
    } else if (step === 1) {
      return end;
    } else {
      step = Math.max(1, Math.floor(step / 4));
    }
  }
}
