// Every role that anybody is given, each on the narrowest place: one queue, one table, one container.
param appPrincipal string
param topicPrincipal string
param dataAccount string
param queues array
param attentionQueue string
param table string
param handoffContainer string
param undeliveredContainer string
param hostAccount string
param vault string
param topic string
param insights string

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var role = {
  blobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  eventGridDataSender: 'd5a91429-5739-47e2-a06b-3470a27159e7'
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  queueDataMessageSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource data 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: dataAccount

  resource queueService 'queueServices' existing = {
    name: 'default'
  }
  resource tableService 'tableServices' existing = {
    name: 'default'

    resource ledger 'tables' existing = {
      name: table
    }
  }
  resource blobService 'blobServices' existing = {
    name: 'default'

    resource handoffs 'containers' existing = {
      name: handoffContainer
    }
    resource undelivered 'containers' existing = {
      name: undeliveredContainer
    }
  }
}

resource host 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: hostAccount
}

resource secrets 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vault
}

resource events 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: topic
}

resource telemetry 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insights
}

resource work 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = [for queue in queues: {
  parent: data::queueService
  name: queue
}]

resource attention 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = {
  parent: data::queueService
  name: attentionQueue
}

// The host receives and hides, functions send, settle and give up.
resource appOnQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (queue, index) in queues: {
  name: guid(work[index].id, appPrincipal, role.queueDataContributor)
  scope: work[index]
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.queueDataContributor)
    principalId: appPrincipal
    principalType: 'ServicePrincipal'
  }
}]

resource appOnLedger 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(data::tableService::ledger.id, appPrincipal, role.tableDataContributor)
  scope: data::tableService::ledger
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.tableDataContributor)
    principalId: appPrincipal
    principalType: 'ServicePrincipal'
  }
}

resource appOnHandoffs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(data::blobService::handoffs.id, appPrincipal, role.blobDataContributor)
  scope: data::blobService::handoffs
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.blobDataContributor)
    principalId: appPrincipal
    principalType: 'ServicePrincipal'
  }
}

// The host makes containers of its own there, leases blobs, and reads the package.
resource appOnHost 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(host.id, appPrincipal, role.blobDataOwner)
  scope: host
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.blobDataOwner)
    principalId: appPrincipal
    principalType: 'ServicePrincipal'
  }
}

// Stores rotated keys and the sealing key, removes and purges staged ones, and resolves the reference to the configuration.
resource appOnVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(secrets.id, appPrincipal, role.keyVaultSecretsOfficer)
  scope: secrets
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.keyVaultSecretsOfficer)
    principalId: appPrincipal
    principalType: 'ServicePrincipal'
  }
}

resource appOnTopic 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(events.id, appPrincipal, role.eventGridDataSender)
  scope: events
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.eventGridDataSender)
    principalId: appPrincipal
    principalType: 'ServicePrincipal'
  }
}

resource appOnInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(telemetry.id, appPrincipal, role.monitoringMetricsPublisher)
  scope: telemetry
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.monitoringMetricsPublisher)
    principalId: appPrincipal
    principalType: 'ServicePrincipal'
  }
}

resource topicOnAttention 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(attention.id, topicPrincipal, role.queueDataMessageSender)
  scope: attention
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.queueDataMessageSender)
    principalId: topicPrincipal
    principalType: 'ServicePrincipal'
  }
}

resource topicOnUndelivered 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(data::blobService::undelivered.id, topicPrincipal, role.blobDataContributor)
  scope: data::blobService::undelivered
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.blobDataContributor)
    principalId: topicPrincipal
    principalType: 'ServicePrincipal'
  }
}
