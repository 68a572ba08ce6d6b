/** What Windows takes for a device, whatever its ending. */
const device = /^(?=(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))/i;

/** For a header, a shell and every file system: what a provider calls a file may hold anything. */
export const safeFileName = (fileName: string): string =>
  fileName
    .replaceAll(/[^A-Za-z0-9._-]/g, "_")
    .replace(/^(?:[.-]|$)/, "_")
    .replace(/\.$/, "_")
    .replace(device, "_");
