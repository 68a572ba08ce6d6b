/** For a header and for a shell: what a provider calls a file may hold anything. */
export const safeFileName = (fileName: string): string =>
  fileName.replaceAll(/[^A-Za-z0-9._-]/g, "_").replace(/^[.-]/, "_");
