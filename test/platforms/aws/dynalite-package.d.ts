/** The package has no types of its own: what is used of it. */
declare module "dynalite" {
  import type { Server } from "node:http";

  interface Options {
    /** Time that tables stay in their passing states. */
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }
  /** A DynamoDB in memory that speaks its wire format. */
  export default function dynalite(options?: Options): Server;
}
