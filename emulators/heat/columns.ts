import { pythonText } from "./python-json.ts";
import type { Settings } from "./settings.ts";

/** Characters that a column takes. */
export const columns = { serverId: 36, action: 255, status: 255, stackUserProjectId: 64, name: 255 } as const;

const TEXT_COLUMN_BYTES = 65_535;

/** Numbers become text in the table. */
export function column(value: unknown): string | null {
  return value === undefined || value === null ? null : pythonText(value);
}

export function fits(settings: Settings, value: string | null, characters: number): boolean {
  return value === null || (value.length <= characters && storable(settings, value));
}

export function fitsText(settings: Settings, value: string | null): boolean {
  return value === null || (Buffer.byteLength(value) <= TEXT_COLUMN_BYTES && storable(settings, value));
}

function storable({ fourByteCharacters }: Settings, value: string): boolean {
  return fourByteCharacters || !/[\u{10000}-\u{10ffff}]/u.test(value);
}
