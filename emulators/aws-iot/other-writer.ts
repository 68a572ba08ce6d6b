import type { OtherWrite } from "./scenario.ts";
import type { World } from "./world.ts";

/** Acts as people and programs beside the client under test. */
export interface OtherWriter {
  /** @throws Error when there is no such template */
  write(write: OtherWrite): void;
}

export function createOtherWriter(world: World): OtherWriter {
  return { write: (write) => writeAsOther(world, write, world.timeline.now()) };
}

export function writeAsOther(world: World, write: OtherWrite, atMs: number): void {
  const { templateName } = write;
  const template = world.templates.get(templateName);
  if (template === undefined) throw new Error(`Expected the template ${templateName} to exist, got none`);
  if (write.kind === "remove") {
    world.templates.delete(templateName);
    world.effects.push({ atMs, kind: "template-removed", templateName, by: "other-writer", detail: {} });
  } else {
    const { enabled } = write;
    template.enabled = enabled;
    template.modifiedAtMs = atMs;
    world.effects.push({ atMs, kind: "template-changed", templateName, by: "other-writer", detail: { enabled } });
  }
}
