// Secrets of people (drover-vault-…) and Drover's own (drover-keys-…). A vault for Drover alone: whoever may read one secret of a vault
// by a role on the vault may read them all.
param name string
param location string
param tags object

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    // Soft delete is always on, and a week the least. There is no purge protection, on purpose: a key that was rotated away is to be
    // gone, and its name free, at once. With it, what was removed would stand there for days, and could be recovered.
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
  }
}

output name string = vault.name
output url string = 'https://${vault.name}${environment().suffixes.keyvaultDns}'
