import { eventsAnswer } from "../../../lib/contracts/answers/events.ts";
import { eventsPerPage, positions, queryNames, waitSeconds } from "../query.ts";
import { type Area, byId } from "./description.ts";
import { header, query, whole } from "./parameters.ts";

export const eventDescriptions = {
  "GET /events": {
    operationId: "readEvents",
    summary: "Read events",
    description:
      "In their order, from a position on. `wait` holds an empty page back. With `Accept: text/event-stream` it is a live stream of server-sent events, each with its position as id.",
    tag: "Events",
    parameters: [
      ...query(queryNames.events, {
        after: whole("The first event is the one after this position.", positions),
        limit: whole("Events on one page; a stream has none.", eventsPerPage),
        wait: whole("Seconds to wait for the first event of an empty page.", waitSeconds),
      }),
      header("last-event-id", "Position at which a stream goes on; counts for more than `after`.", {
        pattern: "^\\d{1,15}$",
      }),
    ],
    answers: {
      200: {
        description: "A page, or a stream that does not end.",
        content: {
          "application/json": eventsAnswer,
          "text/event-stream": {
            type: "string",
            description:
              "`id` is the position, `event` the type, `data` the event. An id alone moves the place; comments keep the stream alive.",
          },
        },
      },
    },
    problems: { 404: "This platform hands its events to a bus, which is read elsewhere.", 503: byId[503] },
  },
} as const satisfies Area;
