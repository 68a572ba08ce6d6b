/**
 * What records have in common, for packing them. A dictionary is part of the stored format: one that was released is never changed;
 * a better one is added under the next number. The order is by rarity, as what stands last is found first.
 */
const first = [
  '"children":{"total":,"begun":,"marks":"","until":17},"approval":{"by":"","at":17,"note":""},"cancelRequested":{"at":17,"by":"","note":""}',
  '"parked":{"at":17,"deadLetter":""},"startedOver":1,"acknowledgements":{"supplied":{"certificate":"resolution":{"as":"not-done","by":"","note":"","at":17}',
  '"concluded":{"outcome":"cancelled","reason":"","code":""},"standing":{"reason":"","result":{"extendedUntil":17,"claim":{"resource":"","holdsGivenUp":0},"place":{"resource":"connection:","holdsGivenUp":0}',
  '"outcome":"timed-out","outcome":"partially-succeeded","outcome":"unknown","outcome":"failed","code":"',
  '"drover.operation.partially-succeeded","drover.operation.cancelled","drover.operation.timed-out","drover.operation.unknown","drover.operation.attention","drover.operation.resolved","drover.operation.waiting","drover.operation.failed"',
  '"step":"rotate-dps-keys","step":"apply-dps-change","step":"provision-panorama-device","step":"await-children","type":"drover.azure-dps.rotate-policy-key","type":"drover.heat.deploy","type":"drover.aws-panorama."',
  '"fields":{"servers":[""],"deployment":{"config_id":"","config":{"group":"script","config":"","input_values":{"fields":{"service":"","policy":"","targets":["azure-dps:","heat:","publishedAt":17,"fingerprint":"sha256:',
  '{"at":17,"what":"cancel-requested"},{"at":17,"what":"effect-adopted"},{"at":17,"what":"swept","step":"","detail":"Nothing was heard in time, so the step is sent again"},{"at":17,"what":"resumed","step":"","detail":"The wait is over"},',
  '"waitingFor":{"code":"throttled","detail":"Expected an answer about , got status 429","since":17,"sinceN":1,"who":""},"code":"unavailable","code":"settling","code":"turn","code":"paused","looks":1,"harmless":true,"recovered":true,"resumeAt":17',
  '{"kind":"tombstone","v":1,"id":"","nonce":"","contentHash":"","outcome":"succeeded","endedAt":17,"retainUntil":18}{"kind":"turn","v":1,"resource":"azure-sphere:","nonce":"","capacity":1,"holders":[{"operation":"","k":1}],"line":[{"operation":"","k":1}]}',
  '{"kind":"dead-letter","v":1,"id":"","nonce":"","queue":"poll-operation","body":"{\\"v\\":1,\\"operation\\":\\"\\",\\"step\\":\\"\\",\\"seq\\":1,\\"n\\":0,\\"attempt\\":0,\\"deadline\\":17","cause":"","receives":5,"at":17,"operation":"","step":"","seq":1,"verdict":"safe-to-redrive","retainUntil":18}',
  '"result":{"deploymentId":"","deviceGroupId":"","images":[""],"state":"targeted","meaning":"The cloud now tells the devices of the group to run these images: targeted, not installed. A device takes them when it next asks, or never: offline, update policy, app-development capability"},',
  '"parent":"","outcome":"succeeded","reason":"The images are targeted at the device group; devices install them on their own","endedAt":17,"retainUntil":18',
  '"outbox":[{"kind":"event","provedBy":1,"seq":1,"index":0,"type":"drover.operation.accepted","at":17,"data":{"requestType":"drover.azure-sphere.deploy","connection":"","labels":{},"requestedBy":"","requestSource":"/","next":"',
  '{"kind":"event","provedBy":2,"seq":2,"index":0,"type":"drover.operation.started","at":17,"data":{"type":"drover.operation.succeeded","provider":{"ids":{"operationId":"","deploymentId":"","deviceGroupId":""},"requestIds":[""],"status":"Complete"}}},',
  '{"kind":"give-back","provedBy":3,"resource":"azure-sphere:","k":1},{"kind":"tell-parent","provedBy":3,"parent":""}],',
  '"intents":{"deployment":{"nonce":"","attempt":1,"prepared":null,"writtenAt":17,"sendBefore":17,"liveUntil":17,"settledAt":17,"result":{"handle":{"operationId":"","deviceGroupId":""},"ids":{"operationId":"","deviceGroupId":""}}}},',
  '"providerStatus":"Complete","providerStatus":"IN_PROGRESS","providerIds":{"deviceGroupId":"","operationId":"","deploymentId":""},"turn":{"resource":"azure-sphere:","holdsGivenUp":0},"handle":{"operationId":"","deviceGroupId":""},',
  '"history":[{"at":17,"what":"accepted","detail":"from inbox"},{"at":17,"what":"intent-written","step":"start-deployment","detail":"deployment"},{"at":17,"what":"step-done","step":"start-deployment","detail":"next poll-operation","requestId":""},',
  '{"at":17,"what":"poll","step":"poll-operation","detail":""},{"at":17,"what":"waiting","step":"poll-operation","detail":""},{"at":17,"what":"succeeded","step":"poll-operation","detail":""}],"outbox":[],"owedStep":{"n":0,"attempt":0,"notBefore":17},',
  '"writer":"","createdAt":17,"updatedAt":17,"wakeAt":17,"sweeps":0,"deadline":17,"traceparent":"00-","state":"ended","step":"poll-operation"',
  '{"kind":"operation","v":1,"id":"","nonce":"","contentHash":"","request":{"source":"/","id":"","type":"drover.azure-sphere.deploy","connection":"","deadlineMs":3600000,"labels":{},"fields":{"deviceGroupId":"","images":[""]}},',
  '"requestedBy":"","state":"active","step":"start-deployment","stepSince":17,"seq":1,"n":0,"intents":{},"history":[{"at":17,"what":"accepted"}],"outbox":[],"createdAt":17,"updatedAt":17,"sweeps":0,"deadline":17}',
].join("");

export const newestDictionary = 1;
export const dictionaries: Readonly<Record<number, Uint8Array>> = { 1: Buffer.from(first) };
