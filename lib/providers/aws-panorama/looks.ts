import { PermanentError, RetryableError } from "../../contracts/errors.ts";

/**
 * A look at what was made. Only the service's own "not found" says that it is not there; a gateway's, or any other refusal, says nothing
 * about it, and must neither end an operation nor keep a device from being taken back.
 * @throws RetryableError in place of PermanentError
 */
export async function look<Seen>(read: () => Promise<Seen>): Promise<Seen> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const { message, code, provider, operation, status, requestId } = error;
    throw new RetryableError(message, {
      code,
      effect: "none",
      ...(provider === undefined ? {} : { provider }),
      ...(operation === undefined ? {} : { operation }),
      ...(status === undefined ? {} : { status }),
      ...(requestId === undefined ? {} : { requestId }),
    });
  }
}
