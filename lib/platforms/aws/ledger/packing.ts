import { deflateRawSync, inflateRawSync } from "node:zlib";
import { dictionaries, newestDictionary } from "./dictionary.ts";

/**
 * Records of operations have much in common, and DynamoDB bills each KB that is begun: with a dictionary of what they have in
 * common, one of 3.5 KB takes 0.5, in some 60 µs. The first byte of what is packed is the dictionary's number.
 */
export function pack(text: string): Uint8Array {
  const dictionary = dictionaries[newestDictionary];
  const packed = deflateRawSync(text, { level: 9, ...(dictionary && { dictionary }) });
  return Buffer.concat([Buffer.of(newestDictionary), packed]);
}

/** Far above `limits.itemBytes`: what an older release stored is read. */
const largestText = 1024 * 1024;

export function unpack(packed: Uint8Array): string {
  const number = packed[0] ?? -1;
  const dictionary = dictionaries[number];
  if (!dictionary) throw new Error(`Expected a record packed with a known dictionary, got number ${number}`);
  return inflateRawSync(packed.subarray(1), { dictionary, maxOutputLength: largestText }).toString("utf8");
}
