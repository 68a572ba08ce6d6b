import * as z from "zod/mini";
import { component, count, described, flag, text, time } from "../described.ts";

const sink = component(
  "Sink",
  "A receiver of events over HTTP. Its URL is shown nowhere but its host: paths often hide a token.",
  z.looseObject({
    name: text("Name in the configuration."),
    host: text("Host and port of its URL."),
    state: described(
      "`new`: nothing was handed over yet. `held`: the receiver asked for quiet. `disabled`: see `disabled`.",
      z.enum(["new", "open", "failing", "held", "disabled"]),
    ),
    position: z.optional(count("Position on the bus up to which events were handed over.")),
    waiting: count("Events that it wants and that were not handed over; counted up to a bound."),
    waitingIsMore: flag("Whether that bound was met."),
    lastSuccess: z.optional(
      described(
        "The last delivery that was taken.",
        z.looseObject({ at: time("When."), status: count("HTTP status.") }),
      ),
    ),
    lastFailure: z.optional(
      described(
        "The last delivery that failed.",
        z.looseObject({
          at: time("When."),
          status: z.optional(count("HTTP status, where there was an answer.")),
          why: text("What went wrong."),
        }),
      ),
    ),
    failingSince: z.optional(time("First failure after the last success.")),
    heldUntil: z.optional(time("The receiver asked for quiet until then.")),
    disabled: z.optional(
      described("Why nothing is delivered.", z.looseObject({ at: time("Since when."), reason: text("Why.") })),
    ),
  }),
);

export const sinksAnswer = component("Sinks", "All sinks.", z.looseObject({ sinks: z.array(sink) }));
export const sinkPositionAnswer = component(
  "SinkPosition",
  "Where a sink goes on.",
  z.looseObject({ name: text("Name of the sink."), position: count("Position on the bus.") }),
);
export const sinkReplayAnswer = component(
  "SinkReplay",
  "How far one call of a replay came.",
  z.looseObject({
    name: text("Name of the sink."),
    handed: count("Events that were handed over again."),
    position: count("Everything up to here was looked at. Not done: ask again with it as `after`."),
    done: flag("Whether that was all."),
  }),
);
