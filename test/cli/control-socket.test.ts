import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serveControl } from "../../cli/control-socket.ts";

test("a process that cannot write down where it listens listens no more, so that it ends", async () => {
  const folder = mkdtempSync(join(tmpdir(), "drover-control-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // As a full disk does: the socket is there, the file is not.
  mkdirSync(join(folder, "control.json.new"));
  const serving = serveControl(folder, () => new Response());
  await expect(serving).rejects.toMatchObject({ name: "ConfigurationError", code: "data-folder" });
  expect(existsSync(join(folder, "control.sock"))).toBe(false);
  const { promise, resolve } = Promise.withResolvers<string>();
  connect(join(folder, "control.sock"))
    .on("error", ({ message }) => resolve(message))
    .on("connect", () => resolve("somebody listens"));
  expect(await promise).toContain("ENOENT");
});
