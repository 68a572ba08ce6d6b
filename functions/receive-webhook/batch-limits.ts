/** Bytes and events of one batch of requests. */
export const batchBytes = 512 * 1024;
export const batchEvents = 100;
