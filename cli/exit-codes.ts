/** What a command's exit code says. Documented in `drover --help`. */
export const exitCodes = {
  ok: 0,
  /** An operation that was waited for ended otherwise than succeeded, or a check found something wrong. */
  otherwise: 1,
  usage: 2,
  configuration: 3,
  /** Nothing under that id, or the present state does not allow it. */
  notFound: 4,
  unavailable: 5,
  defect: 70,
  interrupted: 130,
} as const;

export const exitCodeHelp = `
Exit codes:
  0   done
  1   an operation that was waited for ended otherwise than succeeded, or a check found something wrong
  2   wrong usage, or input that was refused
  3   a configuration that cannot work
  4   nothing under that id, or its present state does not allow it
  5   unavailable, try again: the data folder is held and nobody answers, there were too many requests, or storage, a
      proxy in front of Drover or a provider refuses
  70  a defect in Drover
  130 interrupted`;
