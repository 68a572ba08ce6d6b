// A subscription as consumers add their own: events that want a person, into a queue. With a bound on retries and a place for what could
// not be delivered, as every subscription should have: without, Event Grid drops it after a day.
param topic string
param account string
param queue string
param container string

resource source 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: topic
}

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: account
}

resource attention 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = {
  parent: source
  name: 'attention'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    filter: { includedEventTypes: ['drover.operation.attention', 'drover.operation.unknown', 'drover.operation.failed'] }
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
    deliveryWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      destination: {
        endpointType: 'StorageQueue'
        // 14 days: nothing works it off but people.
        properties: { resourceId: storage.id, queueName: queue, queueMessageTimeToLiveInSeconds: 1209600 }
      }
    }
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: { resourceId: storage.id, blobContainerName: container }
      }
    }
  }
}
