import type { Secret } from "../../../lib/contracts/secret.ts";

export interface Maker {
  readonly operation: string;
  readonly slot: string;
}

/** Where rotations keep the keys that they make, with a memory of who made which. */
export class StagedKeys extends Map<string, Secret> {
  readonly #makers = new Map<string, Maker>();

  override set(name: string, key: Secret): this {
    const [, operation = "", slot = ""] = /^drover-staged-([a-z2-7]+)-(primary|secondary)$/.exec(name) ?? [];
    if (operation !== "") this.#makers?.set(key.reveal(), { operation, slot });
    return super.set(name, key);
  }

  makerOf(key: string): Maker | undefined {
    return this.#makers.get(key);
  }
}
