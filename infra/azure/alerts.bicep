// What each means, and what to do: docs/azure.md. They go to the action group; without one they are seen in Azure Monitor only.
param name string
param location string
param tags object
param running bool
param alertGroup string
param workspaceId string
param dataAccount string
param topic string
param waitingMessages int

var actions = empty(alertGroup) ? [] : [alertGroup]

// Each query gives one row, also where nothing was logged, or one for each function in `split`. A quarter of an hour between two looks:
// nothing is lost by that, and a rule that looks every minute costs six times as much. What one line is enough for is looked for in half
// an hour: lines may come in later than they were written.
var logAlerts = [
  {
    name: 'dead-letters'
    description: 'Messages were given up. drover dead-letters list says why, and what may be redriven.'
    query: '''
      AppRequests
      | where Name startswith 'record-dead-letter-'
      | summarize Found = count() by Name
    '''
    split: ['Name']
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT30M'
    atRest: true
  }
  {
    name: 'dead-letters-unrecorded'
    description: 'Dead letters are not written down. They stay in their poison queue and are tried again and again.'
    query: '''
      AppTraces
      | where OperationName startswith 'record-dead-letter-' and SeverityLevel >= 2
      | summarize Found = count() by OperationName
    '''
    split: ['OperationName']
    operator: 'GreaterThan'
    // More than the tries of one letter before they are five minutes apart.
    threshold: 8
    window: 'PT1H'
    atRest: true
  }
  // Not by failed requests: where it can, a function sends a message again and has not failed.
  {
    name: 'failed-functions'
    description: 'A function fails before its work begins: an unreadable configuration, or a role that is missing.'
    query: '''
      AppTraces
      | where SeverityLevel >= 3 and Message has 'the invocation failed'
      | summarize Found = count() by OperationName
    '''
    split: ['OperationName']
    operator: 'GreaterThan'
    threshold: 2
    window: 'PT30M'
    atRest: true
  }
  {
    name: 'unable-to-listen'
    description: 'Nobody takes from a queue, or a timer does not start: a queue is not there, or the identity may not read it.'
    // The host itself is silent about a queue that is not there, and ends itself over one that it may not read: the sweep looks into all.
    query: '''
      union
        (AppTraces | where SeverityLevel >= 3 | project Text = Message),
        (AppExceptions | project Text = strcat(OuterMessage, InnermostMessage))
      | where Text has_any ('nobody takes from a queue', 'a queue cannot be looked into', 'The listener for function', 'Host is shutting down')
      | summarize Found = count()
    '''
    split: []
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT30M'
    atRest: true
  }
  {
    name: 'late-requests'
    description: 'Requests waited in the inbox for more than a quarter of an hour before a function took them.'
    query: '''
      AppTraces
      | where OperationName == 'accept-request' and Message startswith 'Trigger Details:'
      | where TimeGenerated - todatetime(extract('InsertionTime: ([^,]+)', 1, Message)) > 15m
      | summarize Found = count()
    '''
    split: []
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    atRest: true
  }
  {
    name: 'overdue'
    description: 'Operations wait for longer than they should.'
    query: '''
      AppTraces
      | where Message has 'drover.sweep.lag'
      | mv-expand Metric = parse_json(Message).metrics
      | where tostring(Metric.name) == 'drover.sweep.lag' and todouble(Metric.max) > 300
      | summarize Found = count()
    '''
    split: []
    operator: 'GreaterThan'
    threshold: 5
    window: 'PT15M'
    atRest: true
  }
  // No word of it is as bad as a bad one: whatever was lost is sent again by nobody else.
  {
    name: 'no-sweep'
    description: 'The sweep does not run, or fails. What was lost stays lost, and deadlines pass unnoticed.'
    query: '''
      AppRequests
      | where Name == 'sweep-overdue' and Success == true
      | summarize Found = count()
    '''
    split: []
    operator: 'LessThan'
    threshold: 8
    window: 'PT15M'
    atRest: false
  }
  {
    name: 'no-schedules'
    description: 'Schedules do not run, or fail. What is due is not asked for.'
    query: '''
      AppRequests
      | where Name == 'run-schedules' and Success == true
      | summarize Found = count()
    '''
    split: []
    operator: 'LessThan'
    threshold: 8
    window: 'PT15M'
    atRest: false
  }
  {
    name: 'http-errors'
    description: 'The HTTP interface answers 5xx.'
    query: '''
      AppRequests
      | where Name == 'receive-webhook' and ResultCode startswith '5'
      | summarize Found = count()
    '''
    split: []
    operator: 'GreaterThan'
    threshold: 5
    window: 'PT15M'
    atRest: true
  }
]

resource logRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in logAlerts: {
  name: '${name}-${alert.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: '${name}-${alert.name}'
    description: alert.description
    severity: 1
    // Those about timers that nobody starts would only be noise.
    enabled: alert.atRest || running
    scopes: [workspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: alert.window
    // Columns that no line has had yet are known to no new workspace.
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: alert.query
          metricMeasureColumn: 'Found'
          timeAggregation: 'Total'
          dimensions: map(alert.split, column => { name: column, operator: 'Include', values: ['*'] })
          operator: alert.operator
          threshold: alert.threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: actions }
  }
}]

resource data 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: dataAccount

  resource queueService 'queueServices' existing = {
    name: 'default'
  }
}

resource events 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: topic
}

var metricAlerts = [
  {
    name: 'waiting-messages'
    description: 'More messages wait than a fleet of this size has reason for. Azure tells of all queues together, once an hour.'
    target: data::queueService.id
    namespace: 'Microsoft.Storage/storageAccounts/queueServices'
    metric: 'QueueMessageCount'
    aggregation: 'Average'
    threshold: waitingMessages
    frequency: 'PT1H'
    window: 'PT1H'
    dimensions: []
  }
  {
    name: 'throttled-storage'
    description: 'The storage account refuses calls for their rate. Steps try again, and get slow.'
    target: data.id
    namespace: 'Microsoft.Storage/storageAccounts'
    metric: 'Transactions'
    aggregation: 'Total'
    threshold: 10
    frequency: 'PT5M'
    window: 'PT15M'
    dimensions: [
      { name: 'ResponseType', operator: 'Include', values: ['ServerBusyError', 'ClientThrottlingError', 'ClientAccountRequestThrottlingError', 'ClientAccountBandwidthThrottlingError'] }
    ]
  }
  {
    name: 'undelivered-events'
    description: 'A subscription could not deliver events for a day. They are in its container of dead letters.'
    target: events.id
    namespace: 'Microsoft.EventGrid/topics'
    metric: 'DeadLetteredCount'
    aggregation: 'Total'
    threshold: 0
    frequency: 'PT5M'
    window: 'PT15M'
    dimensions: []
  }
  {
    name: 'dropped-events'
    description: 'A subscription could not deliver events, and has no place for them or may not write there. They are gone.'
    target: events.id
    namespace: 'Microsoft.EventGrid/topics'
    metric: 'DroppedEventCount'
    aggregation: 'Total'
    threshold: 0
    frequency: 'PT5M'
    window: 'PT15M'
    dimensions: []
  }
]

resource metricRules 'Microsoft.Insights/metricAlerts@2018-03-01' = [for alert in metricAlerts: {
  name: '${name}-${alert.name}'
  location: 'global'
  tags: tags
  properties: {
    description: alert.description
    severity: 1
    enabled: true
    scopes: [alert.target]
    evaluationFrequency: alert.frequency
    windowSize: alert.window
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: alert.name
          metricNamespace: alert.namespace
          metricName: alert.metric
          timeAggregation: alert.aggregation
          dimensions: alert.dimensions
          operator: 'GreaterThan'
          threshold: alert.threshold
        }
      ]
    }
    actions: map(actions, group => { actionGroupId: group })
  }
}]
