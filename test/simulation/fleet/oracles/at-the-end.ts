import type { OperationRecord, TurnRecord } from "../../../../lib/contracts/operation.ts";
import { isQuarantined } from "../../../../lib/contracts/operation.ts";
import { nameOf } from "../invariants/rows.ts";
import { type Asked, consumerHabits } from "../requests.ts";
import type { FleetWorld } from "../world.ts";
import { consumersNeverRefused, keysInForce } from "./consumers.ts";
import { isAsAsked } from "./dps.ts";
import { effectedBy, noEffectTwice, panoramaMade } from "./effects.ts";
import { emergenciesIn, keysOneAtATime } from "./keys.ts";

const terminal = /\.(succeeded|partially-succeeded|failed|cancelled|timed-out|unknown)$/;

/** What has to be so when nothing moves any more. */
export function atTheEnd(world: FleetWorld, asked: readonly Asked[]): void {
  const { report } = world.verdicts;
  const operations = world.everyOperation();
  noEffectTwice(world.clouds, report, world.exempt);
  everyRequestAnswered(world, asked);
  oneOutcomeEach(world, operations);
  everythingOwedWasSent(world);
  toldAsItIs(world, operations);
  parentsAsTheirChildren(world, operations);
  turnsGivenBack(world, operations);
  if (world.plan.isCalm) world.polls.atTheEnd(report);
  nothingLeftBehind(world, operations);
  if (!world.exempt.all) keysAsPromised(world, operations);
  if (!world.exempt.all) world.receivers.atTheEnd(world.configuration.sinks, world.store);
  world.secrets.atTheEnd([
    ...[...world.store.rows.values()].map(({ text }) => text),
    JSON.stringify(world.store.events),
  ]);
}

/** What consumers of rotated keys can rely on. */
function keysAsPromised(world: FleetWorld, operations: readonly OperationRecord[]): void {
  const { clouds, staged, startAt } = world;
  const { report } = world.verdicts;
  const times = { startAt, now: world.wallNow() };
  consumersNeverRefused(clouds, consumerHabits, times, report, emergenciesIn(operations, staged));
  const { clocksAheadMs } = world;
  keysOneAtATime({ inForce: keysInForce(clouds, startAt), staged, operations, report, clocksAheadMs });
}

function everyRequestAnswered({ store, exempt, verdicts }: FleetWorld, asked: readonly Asked[]): void {
  if (exempt.all) return;
  const rejected = new Set(
    store.events.flatMap(({ type, correlationid }) => (type.endsWith(".rejected") ? [correlationid] : [])),
  );
  for (const { operation, chain, body } of asked) {
    const { id } = JSON.parse(body) as { readonly id: string };
    if (!store.rows.has(`operation/${operation}`) && !rejected.has(id)) {
      verdicts.report("every-request-answered", `${chain} ${id} has no operation and was not rejected`);
    }
  }
}

function oneOutcomeEach({ store, exempt, verdicts }: FleetWorld, operations: readonly OperationRecord[]): void {
  const ends = Map.groupBy(
    store.events.filter(({ type }) => terminal.test(type)),
    ({ subject }) => subject,
  );
  for (const row of operations) {
    const ids = new Set(ends.get(row.id)?.map(({ id }) => id));
    if (ids.size !== 1 && !(exempt.all && ids.size > 0)) {
      verdicts.report("one-terminal-event", `${nameOf(row)} has ${ids.size} terminal events`);
    }
  }
}

function everythingOwedWasSent({ rows, traffic, verdicts }: FleetWorld): void {
  for (const [id, content] of rows.owed) {
    if (!traffic.isPublished(id))
      verdicts.report("owed-until-sent", `${id} was owed and never sent: ${content.slice(0, 120)}`);
  }
}

/** What an outcome says is so at the provider. */
function toldAsItIs({ clouds, exempt, verdicts }: FleetWorld, operations: readonly OperationRecord[]): void {
  if (exempt.all) return;
  const wasEffected = effectedBy(clouds);
  for (const row of operations) {
    if (row.outcome === "succeeded" && isAsAsked(row, clouds) === false)
      verdicts.report("told-as-it-is", `${nameOf(row)} succeeded, and the service is not as it was asked for`);
    const effected = wasEffected(row);
    if (effected === undefined) continue;
    if (row.outcome === "succeeded" && !effected)
      verdicts.report("told-as-it-is", `${nameOf(row)} succeeded, and nothing was made`);
    const never = row.code?.endsWith("-before-start") || row.code === "no-effect";
    if (never && effected && !row.history.some(({ what }) => what.startsWith("late-"))) {
      verdicts.report("told-as-it-is", `${nameOf(row)} ended as ${row.code}, and something was made`);
    }
  }
}

const isLater = (child: OperationRecord, parent: OperationRecord) =>
  (child.endedAt ?? 0) > (parent.endedAt ?? 0) + 60_000;

function parentsAsTheirChildren(world: FleetWorld, operations: readonly OperationRecord[]): void {
  const { verdicts, exempt } = world;
  if (exempt.all) return;
  const byParent = Map.groupBy(operations, ({ parent }) => parent);
  for (const parent of operations.filter(({ children }) => children !== undefined)) {
    const children = byParent.get(parent.id) ?? [];
    const good = children.filter(({ outcome }) => outcome === "succeeded").length;
    const all = parent.children?.total ?? 0;
    const isTrue = { succeeded: good === all, failed: good < all, "partially-succeeded": good > 0 && good < all };
    if (isTrue[parent.outcome as keyof typeof isTrue] === false) {
      verdicts.report(
        "parent-as-its-children",
        `${nameOf(parent)} ended as ${parent.outcome}, and ${good} of ${all} children succeeded`,
      );
    }
    // Where clocks jump and deadlines pass, times of different processes do not compare.
    const late = world.plan.isCalm && children.find((child) => isLater(child, parent));
    if (late) verdicts.report("parent-as-its-children", `${nameOf(late)} ended after its parent`);
  }
}

/** The hold of an operation that has ended counts for nothing: where much goes wrong one may stay, and whoever comes next takes it. */
function turnsGivenBack(world: FleetWorld, operations: readonly OperationRecord[]): void {
  const { store, verdicts, exempt, plan } = world;
  if (exempt.all) return;
  const turns = [...store.rows.keys()].filter((key) => key.startsWith("turn/"));
  const byId = new Map(operations.map((row) => [row.id, row]));
  for (const key of turns) {
    const turn = store.peek(key) as TurnRecord;
    for (const hold of turn.holders) {
      const holder = byId.get(hold.operation);
      const counts = holder && (holder.state === "active" || isQuarantined(holder));
      if (counts ? isQuarantined(holder) : plan.isCalm !== true) continue;
      verdicts.report(
        "nothing-left-over",
        `${turn.resource} is still held by ${holder ? nameOf(holder) : hold.operation}`,
      );
    }
  }
}

/** Devices that wait for an archive which nobody has any more; those that somebody used stay. */
function nothingLeftBehind({ clouds, verdicts, exempt }: FleetWorld, operations: readonly OperationRecord[]): void {
  const made = new Map(panoramaMade(clouds).map((device) => [device.id, device]));
  const used = new Set<string>();
  for (const { kind, deviceId, by } of clouds.panorama.state.effects()) {
    if (kind === "archive-taken") used.add(deviceId);
    if (kind !== "delete-accepted" || by !== "caller") continue;
    if (!made.has(deviceId)) verdicts.report("only-ours-removed", `${deviceId} of others was removed`);
    if (used.has(deviceId)) verdicts.report("only-ours-removed", `${deviceId} was removed while it was in use`);
  }
  if (exempt.all) return;
  const byId = new Map(operations.map((row) => [row.id, row]));
  for (const { id, status } of clouds.panorama.state.devices()) {
    const ours = made.get(id);
    const row = ours && byId.get(ours.operation);
    if (!row || status !== "AWAITING_PROVISIONING" || row.outcome === "unknown") continue;
    if (/not all be removed|may be left|left as it|still stands/.test(row.reason ?? "")) continue;
    verdicts.report(
      "nothing-left-behind",
      `${id} of ${nameOf(row)}, which ended as ${row.outcome} (${row.reason ?? "no reason"})`,
    );
  }
}
