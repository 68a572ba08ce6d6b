// Drover's own account: queues, ledger, hand-offs. Apart from the host's account: the host has to own blobs of its own, and none of
// these; and nobody's locks or packages take of the 20,000 requests a second that an account has.
param name string
param location string
param tags object
param redundancy string
param protected bool
param queues array
param queuePrefix string
param table string
param handoffContainer string

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

// Of a fleet's operations nothing else knows. Roles within can still be changed, and rows still be deleted.
resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (protected) {
  name: 'drover-ledger'
  scope: account
  properties: { level: 'CanNotDelete', notes: 'Ledger and queues of Drover. docs/azure.md' }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource work 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [for queue in queues: {
  parent: queueService
  name: '${queuePrefix}${queue}'
}]

// Made here and not by the host at the first dead letter: a role can be given only on what is there.
resource poison 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [for queue in queues: {
  parent: queueService
  name: '${queuePrefix}${queue}-poison'
}]

// What wants a person, from Event Grid; no function reads it.
resource attention 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = {
  parent: queueService
  name: '${queuePrefix}attention'
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource ledger 'Microsoft.Storage/storageAccounts/tableServices/tables@2024-01-01' = {
  parent: tableService
  name: table
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  // Versions and soft delete would keep what was handed over once.
  properties: {
    isVersioningEnabled: false
    deleteRetentionPolicy: { enabled: false }
    containerDeleteRetentionPolicy: { enabled: false }
    changeFeed: { enabled: false }
  }
}

resource handoffs 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobService
  name: handoffContainer
  properties: { publicAccess: 'None' }
}

resource undelivered 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobService
  name: '${queuePrefix}undelivered-events'
  properties: { publicAccess: 'None' }
}

// sweep-overdue removes what has expired, every minute. This is for what it does not reach.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'handoffs-live-a-day'
          enabled: true
          type: 'Lifecycle'
          definition: {
            // Beside them stand leases, which are few and stay.
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${handoffContainer}/handoffs/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 1 } } }
          }
        }
        {
          name: 'undelivered-events-live-a-month'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${queuePrefix}undelivered-events/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } } }
          }
        }
      ]
    }
  }
  dependsOn: [handoffs, undelivered]
}

output account string = account.name
output queueEndpoint string = account.properties.primaryEndpoints.queue
output queues array = concat(map(queues, queue => '${queuePrefix}${queue}'), map(queues, queue => '${queuePrefix}${queue}-poison'))
output attentionQueue string = attention.name
output table string = ledger.name
output undeliveredContainer string = undelivered.name
