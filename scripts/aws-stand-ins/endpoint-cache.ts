/**
 * Stands in the place of the cache of discovered endpoints, which nothing of ours switches on, and of the two libraries below it. The
 * client of DynamoDB makes one all the same.
 */
export class EndpointCache {
  has(): boolean {
    return false;
  }
  get(): undefined {
    return undefined;
  }
  getEndpoint(): undefined {
    return undefined;
  }
  set(): void {}
  delete(): void {}
  clear(): void {}
}
