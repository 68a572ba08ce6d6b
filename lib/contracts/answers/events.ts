import * as z from "zod/mini";
import { component, count } from "../described.ts";
import { eventDataSchema, eventSchema } from "../event.ts";

/** As it is read back: what a newer release has added stays. */
export const eventAnswer = component(
  "Event",
  "A CloudEvents 1.0 event about one operation.",
  z.looseObject({ ...eventSchema.shape, data: z.looseObject(eventDataSchema.shape) }),
);

export const storedEventAnswer = component(
  "StoredEvent",
  "An event and its place in the order of all events.",
  z.looseObject({ position: count("Its place."), event: eventAnswer }),
);

export const eventsAnswer = component(
  "EventPage",
  "Events in their order, as far as the client may see them.",
  z.looseObject({
    events: z.array(storedEventAnswer),
    next: count("Give it as `after` to go on. It moves also where nothing is shown."),
  }),
);
