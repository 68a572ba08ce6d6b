import type { Claim, Effect, ProvisioningTemplate, World } from "./world.ts";

/** What is true inside the emulator, for assertions. Every call first lets what is due happen. */
export interface StateView {
  template(name: string): Readonly<ProvisioningTemplate> | null;
  /** Every claim that was issued, whatever its caller was told, in order. */
  claims(templateName?: string): readonly Claim[];
  effects(): readonly Effect[];
  /** Every private key and certificate in PEM, for a scan for leaks. */
  everySecret(): readonly string[];
  /** When something next lands, or null: where a simulation may move its clock. */
  nextChangeMs(): number | null;
}

export function createStateView(world: World): StateView {
  const now = (): number => world.timeline.now();
  return {
    template: (name) => {
      now();
      return world.templates.get(name) ?? null;
    },
    claims: (templateName) => {
      now();
      const claims = [...world.claims.values()];
      return claims.filter((claim) => templateName === undefined || claim.templateName === templateName);
    },
    effects: () => {
      now();
      return [...world.effects];
    },
    everySecret: () => {
      now();
      return [...world.claims.values()].flatMap(({ privateKeyPem, certificatePem }) => [privateKeyPem, certificatePem]);
    },
    nextChangeMs: () => {
      now();
      return world.timeline.nextMs();
    },
  };
}
