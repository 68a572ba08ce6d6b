import { writeFileSync } from "node:fs";
import { onTestFinished, test } from "vitest";
import { chains } from "../../e2e/chains.ts";
import { awsRig } from "./zz-review-rig.ts";

const actions: Record<string, Record<string, Set<string>>> = {};
const nameOf = (q: string) => (q === "inbox" ? "accept-request" : q.endsWith("-dead-letters") ? "record-dead-letter" : q);
const note = (fn: string, action: string, res: string) => ((actions[fn] ??= {})[action] ??= new Set()).add(res);
function collect(rig: any, marks: any[]) {
  rig.cloud.proxy.log.forEach((e: any, i: number) => {
    const mark = marks.findLast((m: any) => m.at <= i);
    const fn = mark ? nameOf(mark.name) : "?";
    const target = String(e.headers["x-amz-target"] ?? "");
    const svc = target.split(".")[0] || "s3";
    let res = "";
    try {
      const b = JSON.parse(e.body);
      res = (b.QueueUrl ?? b.SecretId ?? b.Name ?? b.IndexName ?? "").replace(/^.*\//, (m: string) => (m.startsWith("http") ? "" : m));
    } catch {}
    const action = svc === "s3" ? `s3:${e.method}${e.path.includes("list-type") ? "(list)" : ""}${e.headers["if-match"] ? " if-match" : ""}${e.headers["if-none-match"] ? " if-none-match" : ""}` : `${svc}:${e.operation}`;
    note(fn, action, res);
  });
}
test.each(chains)("$name", async ({ run }) => {
  const marks: any[] = [];
  (globalThis as any).__marks = marks;
  const rig = await awsRig();
  onTestFinished(() => rig.close());
  try {
    await run(rig as any);
    for (let i = 0; i < 3; i++) await rig.sweep();
    for (const p of ["/operations", "/keys", "/health", "/schedules", "/connections", "/dead-letters"]) await rig.http("GET", p);
    for (const c of ["sphere-demo", "heat-openstack", "dps-demo", "panorama-demo", "iot-demo"]) await rig.http("POST", `/connections/${c}/check`, {});
  } finally {
    collect(rig, marks);
    const out = Object.fromEntries(Object.entries(actions).map(([f, a]) => [f, Object.fromEntries(Object.entries(a).map(([k, v]) => [k, [...v].sort()]))]));
    writeFileSync("/tmp/aws-review/actions.json", JSON.stringify(out, null, 1));
  }
});
