/** Milliseconds that this process has worked: a busy machine makes no test slower by it. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
