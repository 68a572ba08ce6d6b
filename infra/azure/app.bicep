// The functions: one app on Flex Consumption, Linux, Node 24. Nothing in its settings is a secret.
param name string
param location string
param tags object
param running bool
param identityId string
param clientId string
param hostAccount string
param packageContainer string
param dataAccount string
param queuePrefix string
param table string
param handoffContainer string
param topicEndpoint string
param vault string
param vaultUrl string
param configurationSecret string
param logLevel string
param insights string
param instanceMemory int
param maximumInstances int

resource host 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: hostAccount
}

resource data 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: dataAccount
}

resource telemetry 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insights
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  // azd finds by it where the service of that name in azure.yaml goes.
  tags: union(tags, { 'azd-service-name': 'drover' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Without it references to the vault are resolved as the app's own identity, which it does not have.
    keyVaultReferenceIdentity: identityId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${host.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'node', version: '24' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        // Bounds what a stranger can make the subscription pay.
        maximumInstanceCount: maximumInstances
        // Most requests wait for the ledger, and some of them for an operation to end.
        triggers: { http: { perInstanceConcurrency: 16 } }
      }
    }
    siteConfig: { minTlsVersion: '1.2' }
  }
}

// Deployments come with an identity, too.
resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

// A list of the functions that the host runs at all. Single ones cannot be disabled on Linux: the setting for that has the function's
// name in its own name, where dashes are refused.
var resting = running ? {} : { AzureFunctionsJobHost__functions__0: 'receive-webhook' }

var configuration = empty(configurationSecret) ? {} : {
  DROVER_CONFIGURATION: '@Microsoft.KeyVault(VaultName=${vault};SecretName=${configurationSecret})'
}

resource settings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(resting, configuration, {
    AzureWebJobsStorage__accountName: hostAccount
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: clientId
    AzureWebJobsDisableHomepage: 'true'
    // Bytes of a request: all of it is in memory before anybody has asked who sends it, and the application takes half of that at the most.
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '2097152'
    APPLICATIONINSIGHTS_CONNECTION_STRING: telemetry.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
    // Of the triggers; without all three nothing ever wakes the app.
    DROVER_QUEUES__queueServiceUri: data.properties.primaryEndpoints.queue
    DROVER_QUEUES__credential: 'managedidentity'
    DROVER_QUEUES__clientId: clientId
    DROVER_IDENTITY_CLIENT_ID: clientId
    DROVER_STORAGE_ACCOUNT: dataAccount
    DROVER_STORAGE_SUFFIX: environment().suffixes.storage
    DROVER_QUEUE_PREFIX: queuePrefix
    DROVER_TABLE: table
    DROVER_HANDOFF_CONTAINER: handoffContainer
    DROVER_TOPIC_ENDPOINT: topicEndpoint
    DROVER_VAULT_URL: vaultUrl
    DROVER_VAULT_PREFIX: 'drover-'
    DROVER_LOG_LEVEL: logLevel
    DROVER_VERSION: loadJsonContent('../../package.json').version
  })
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
