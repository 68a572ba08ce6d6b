/** What is wrong with the body of a request, in the provider's numbers. */
export class BodyProblem extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export function invalid(message: string): BodyProblem {
  return new BodyProblem(400_006, message);
}
