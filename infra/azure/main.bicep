// Drover on Azure: docs/azure.md. Each parameter has a setting of azd in main.parameters.json.
targetScope = 'subscription'

@description('Of azd; names of resources are derived from it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('A region with Flex Consumption.')
@metadata({ azd: { type: 'location' } })
param location string

@description('false: no queue and no timer calls anything. Messages wait.')
param running bool = true

@description('Secret of the vault that holds drover.json. Empty: drover.json stands in the app\'s package.')
param configurationSecret string = 'drover-configuration'

@allowed(['debug', 'info', 'warn', 'error'])
param logLevel string = 'info'

@description('Resource id of the action group that alerts go to. Empty: they are seen in Azure Monitor only.')
param alertGroup string = ''

@description('The table that functions use: another one after a restore.')
param table string = 'drover'

@description('How often the ledger\'s account is kept. Zones are not to be had in every region.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param redundancy string = 'Standard_ZRS'

@description('The account with ledger and queues cannot be deleted.')
param protected bool = true

@description('MB of an instance: what is billed for each second in which it works.')
@allowed([512, 2048, 4096])
param instanceMemory int = 512

@description('Instances of one function at the most.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

@description('Messages in all queues together, delayed ones included, above which somebody should look.')
param waitingMessages int = 20000

// Every queue that a function works off; each has a poison queue of its own. The only such list here.
var queues = [
  'inbox'
  'start-deployment'
  'poll-operation'
  'rotate-dps-keys'
  'apply-dps-change'
  'provision-panorama-device'
  'create-provisioning-claim'
  'clean-up-deployment'
  'start-children'
  'await-children'
]
var queuePrefix = 'drover-'
var handoffContainer = 'drover-handoffs'
var token = toLower(uniqueString(subscription().id, environmentName, location))
var name = 'drover-${token}'
var tags = { 'azd-env-name': environmentName, application: 'drover' }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: name, location: location, tags: tags }
}

module data 'data.bicep' = {
  name: 'data'
  scope: group
  params: {
    name: 'drover${token}'
    location: location
    tags: tags
    redundancy: redundancy
    protected: protected
    queues: queues
    queuePrefix: queuePrefix
    table: table
    handoffContainer: handoffContainer
  }
}

module host 'host.bicep' = {
  name: 'host'
  scope: group
  params: { name: 'droverhost${token}', location: location, tags: tags }
}

module vault 'vault.bicep' = {
  name: 'vault'
  scope: group
  params: { name: name, location: location, tags: tags }
}

module topic 'topic.bicep' = {
  name: 'topic'
  scope: group
  params: { name: name, location: location, tags: tags }
}

module monitoring 'monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: { name: name, location: location, tags: tags, retentionDays: retentionDays }
}

module roles 'roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    appPrincipal: identity.outputs.principalId
    topicPrincipal: topic.outputs.principalId
    dataAccount: data.outputs.account
    queues: data.outputs.queues
    attentionQueue: data.outputs.attentionQueue
    table: data.outputs.table
    handoffContainer: handoffContainer
    undeliveredContainer: data.outputs.undeliveredContainer
    hostAccount: host.outputs.account
    vault: vault.outputs.name
    topic: topic.outputs.name
    insights: monitoring.outputs.insights
  }
}

module app 'app.bicep' = {
  name: 'app'
  scope: group
  params: {
    name: name
    location: location
    tags: tags
    running: running
    identityId: identity.outputs.id
    clientId: identity.outputs.clientId
    hostAccount: host.outputs.account
    packageContainer: host.outputs.packageContainer
    dataAccount: data.outputs.account
    queuePrefix: queuePrefix
    table: table
    handoffContainer: handoffContainer
    topicEndpoint: topic.outputs.endpoint
    vault: vault.outputs.name
    vaultUrl: vault.outputs.url
    configurationSecret: configurationSecret
    logLevel: logLevel
    insights: monitoring.outputs.insights
    instanceMemory: instanceMemory
    maximumInstances: maximumInstances
  }
  // An app that starts before it may read anything fails until it is started again.
  dependsOn: [roles]
}

module attention 'attention.bicep' = {
  name: 'attention'
  scope: group
  params: {
    topic: topic.outputs.name
    account: data.outputs.account
    queue: data.outputs.attentionQueue
    container: data.outputs.undeliveredContainer
  }
  // Event Grid tries the queue when the subscription is made.
  dependsOn: [roles]
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    name: name
    location: location
    tags: tags
    running: running
    alertGroup: alertGroup
    workspaceId: monitoring.outputs.workspaceId
    dataAccount: data.outputs.account
    topic: topic.outputs.name
    waitingMessages: waitingMessages
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output DROVER_APP string = app.outputs.name
output DROVER_INBOX_URL string = '${data.outputs.queueEndpoint}${queuePrefix}inbox'
output DROVER_ATTENTION_URL string = '${data.outputs.queueEndpoint}${data.outputs.attentionQueue}'
output DROVER_URL string = app.outputs.url
output DROVER_TOPIC_ENDPOINT string = topic.outputs.endpoint
output DROVER_TOPIC_ID string = topic.outputs.id
output DROVER_VAULT string = vault.outputs.name
output DROVER_VAULT_URL string = vault.outputs.url
// For roles that connections with `managed-identity` need of other services, and for their `clientId`.
output DROVER_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output DROVER_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output DROVER_STORAGE_ACCOUNT string = data.outputs.account
