import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { steps } from "../../functions/steps.ts";
import { deadLetterQueueOf, inboxQueue } from "../../lib/contracts/ports.ts";
import { instruments } from "../../lib/contracts/telemetry.ts";
import { awsEnvironment, logLevelIn } from "../../lib/platforms/aws/environment.ts";
import { tableDefinition } from "../../lib/platforms/aws/ledger/table.ts";
import { maxDelayMs } from "../../lib/platforms/aws/messages.ts";
import { queueNames, queueUrls } from "../../lib/platforms/aws/queue-urls.ts";
import { receiveLimit } from "../../lib/platforms/settle.ts";
import { awsFunctions } from "../../scripts/aws-bundles.ts";
import {
  ofType,
  packaged,
  putStandIns,
  removeFolder,
  rendered,
  serviceFolder,
  type Template,
  templateIn,
} from "./packaged.ts";

/** What a deployment would send to CloudFormation. */

const functions = awsFunctions();
const work = [inboxQueue, ...Object.keys(steps)];
const letters = work.map(deadLetterQueueOf);
const functionOf = (queue: string) => (queue === inboxQueue ? "accept-request" : queue);
const day = 86_400;

let folder: string;
let template: Template;
let prod: Template;

beforeAll(async () => {
  folder = serviceFolder();
  putStandIns(folder, functions);
  template = templateIn(await packaged(folder));
  const topic = "arn:aws:sns:eu-west-1:123456789012:on-call";
  prod = templateIn(
    await packaged(folder, [
      "--stage",
      "prod",
      `--param=alarm-topic=${topic}`,
      "--param=table=drover-prod-restored",
      "--param=running=false",
    ]),
  );
}, 240_000);
afterAll(() => removeFolder(folder));

/** Functions, queues and roles of a template by their own names. */
function named(from: Template = template, stage = "dev") {
  const prefix = `drover-${stage}-`;
  const short = (name: string) =>
    name.startsWith(prefix) ? name.slice(prefix.length) : `not of this service: ${name}`;
  const lambdas = ofType(from, "AWS::Lambda::Function").map(
    ([id, { Properties }]) => [short(Properties.FunctionName), { id, ...Properties }] as const,
  );
  const queues = ofType(from, "AWS::SQS::Queue").map(
    ([id, { Properties }]) => [short(Properties.QueueName), { id, ...Properties }] as const,
  );
  return { lambdas: new Map(lambdas), queues: new Map(queues) };
}

/** Queues that call functions, by their names. */
function mappings() {
  const { lambdas, queues } = named();
  const nameOf = (all: ReadonlyMap<string, { readonly id: string }>, arn: unknown) =>
    [...all].find(([, { id }]) => rendered(arn) === `<${id}.Arn>`)?.[0] ?? rendered(arn);
  return ofType(template, "AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => ({
    queue: nameOf(queues, Properties.EventSourceArn),
    function: nameOf(lambdas, Properties.FunctionName),
    ...Properties,
  }));
}

describe("functions", () => {
  test("are those of the code, each with a bundle of its own", () => {
    const { lambdas } = named();
    expect([...lambdas.keys()].sort()).toEqual(functions);
    for (const [name, { Handler }] of lambdas) expect(Handler).toBe(`dist/aws/${name}/index.handler`);
  });

  test("run on arm64 and Node 24, and leave a log that ends", () => {
    const groups = ofType(template, "AWS::Logs::LogGroup").map(([, { Properties }]) => Properties);
    // A chain of polls is a loop to Lambda, which ends one after about 16 rounds unless it is allowed.
    for (const queue of work.map(functionOf))
      expect([queue, named().lambdas.get(queue)?.RecursiveLoop]).toEqual([queue, "Allow"]);
    for (const [name, { Runtime, Architectures }] of named().lambdas) {
      expect({ name, Runtime, Architectures }).toEqual({ name, Runtime: "nodejs24.x", Architectures: ["arm64"] });
      expect(groups).toContainEqual({ LogGroupName: `/aws/lambda/drover-dev-${name}`, RetentionInDays: 30 });
    }
    for (const { LogGroupName, RetentionInDays } of groups)
      expect([LogGroupName, RetentionInDays]).toEqual([LogGroupName, 30]);
  });

  test("have the environment that they read", () => {
    const { lambdas, queues } = named();
    for (const [, { Environment }] of lambdas) {
      const variables = Object.fromEntries(
        Object.entries(Environment.Variables).map(([name, value]) => [name, resolved(value)]),
      );
      expect(awsEnvironment(variables)).toEqual({
        table: "drover-dev",
        busName: "Bus",
        handoffBucket: "Handoffs",
        vaultPrefix: "drover/dev/vault/",
        version: "0.1.0",
      });
      expect(logLevelIn(variables)).toBe("info");
      expect(variables["DROVER_CONFIGURATION_PARAMETER"]).toBe("/drover/dev/configuration");
      for (const [name, { QueueName }] of queues) {
        if (name === "undelivered-events") continue;
        const place = `123456789012/${QueueName}`;
        expect(queueUrls(variables)(name)).toBe(`https://sqs.eu-west-1.amazonaws.com/${place}`);
        expect(queueNames(variables)(`arn:aws:sqs:eu-west-1:${place.replace("/", ":")}`)).toBe(name);
      }
    }
  });

  test("answer over HTTP before the gateway gives up", () => {
    const [[, route] = []] = ofType(template, "AWS::ApiGatewayV2::Route");
    const [[, integration] = []] = ofType(template, "AWS::ApiGatewayV2::Integration");
    const [[, stage] = []] = ofType(template, "AWS::ApiGatewayV2::Stage");
    expect(route?.Properties.RouteKey).toBe("ANY /{proxy+}");
    expect(integration?.Properties).toMatchObject({ IntegrationType: "AWS_PROXY", PayloadFormatVersion: "2.0" });
    expect(rendered(integration?.Properties.IntegrationUri)).toBe(
      `<${named().lambdas.get("receive-webhook")?.id}.Arn>`,
    );
    expect(named().lambdas.get("receive-webhook")?.Timeout).toBeLessThan(30);
    expect(stage?.Properties.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    // Paths may name what is fetched once.
    expect(stage?.Properties.AccessLogSettings).toBeUndefined();
  });

  test("are called every minute for what comes due, and not again for one minute", () => {
    const { lambdas } = named();
    const rules = ofType(template, "AWS::Events::Rule").filter(([, { Properties }]) => Properties.ScheduleExpression);
    const called = rules.map(([, { Properties }]) => [
      rendered(Properties.Targets[0].Arn),
      Properties.ScheduleExpression,
      Properties.State,
    ]);
    const timers = ["run-schedules", "sweep-overdue"];
    expect(called.sort()).toEqual(
      timers.map((name) => [`<${lambdas.get(name)?.id}.Arn>`, "rate(1 minute)", "ENABLED"]).sort(),
    );
    for (const name of timers) expect(lambdas.get(name)?.Timeout).toBeLessThan(60);
    const invoked = ofType(template, "AWS::Lambda::EventInvokeConfig").map(([, { Properties }]) => Properties);
    expect(
      invoked.map(({ MaximumRetryAttempts, MaximumEventAgeInSeconds }) => [
        MaximumRetryAttempts,
        MaximumEventAgeInSeconds,
      ]),
    ).toEqual([
      [0, 60],
      [0, 60],
    ]);
  });
});

describe("queues", () => {
  test("are the inbox, one for each step, and dead letters of each", () => {
    expect([...named().queues.keys()].sort()).toEqual([...work, ...letters, "undelivered-events"].sort());
  });

  test("keep messages for days, and dead letters for longer than any message", () => {
    const { queues } = named();
    for (const name of work) {
      const [queue, dead] = [queues.get(name), queues.get(deadLetterQueueOf(name))];
      expect(queue?.RedrivePolicy).toEqual({
        deadLetterTargetArn: { "Fn::GetAtt": [dead?.id, "Arn"] },
        // Where no function could begin for hours; the functions themselves give up at `receiveLimit`.
        maxReceiveCount: 10 * receiveLimit,
      });
      expect([name, queue?.MessageRetentionPeriod, dead?.MessageRetentionPeriod]).toEqual([name, 10 * day, 14 * day]);
      expect(dead?.RedrivePolicy).toBeUndefined();
    }
    for (const [, { SqsManagedSseEnabled }] of queues) expect(SqsManagedSseEnabled).toBe(true);
  });

  test("call the function of their name, and take back single messages", () => {
    const all = mappings();
    const expected = [
      ...work.map((queue) => [queue, functionOf(queue)]),
      ...letters.map((queue) => [queue, "record-dead-letter"]),
    ];
    expect(all.map((one) => [one.queue, one.function]).sort()).toEqual(expected.sort());
    for (const { queue, FunctionResponseTypes, Enabled, BatchSize } of all) {
      expect([queue, FunctionResponseTypes, Enabled]).toEqual([queue, ["ReportBatchItemFailures"], true]);
      expect(BatchSize).toBeLessThanOrEqual(10);
    }
  });

  test("hide a message for six times as long as its function may take", () => {
    const { lambdas, queues } = named();
    for (const one of mappings()) {
      const visible = queues.get(one.queue)?.VisibilityTimeout;
      const longest = 6 * lambdas.get(one.function)?.Timeout + (one.MaximumBatchingWindowInSeconds ?? 0);
      expect([one.queue, visible >= longest]).toEqual([one.queue, true]);
    }
  });

  test("and schedules call nobody when they are told to rest", () => {
    const mapped = ofType(prod, "AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => Properties.Enabled);
    const rules = ofType(prod, "AWS::Events::Rule").flatMap(([, { Properties }]) =>
      Properties.ScheduleExpression ? [Properties.State] : [],
    );
    expect([new Set(mapped), rules]).toEqual([new Set([false]), ["DISABLED", "DISABLED"]]);
  });

  test("give AWS Panorama no more than it takes", () => {
    const panorama = mappings().find(({ queue }) => queue === "provision-panorama-device");
    expect([panorama?.BatchSize, panorama?.ScalingConfig]).toEqual([1, { MaximumConcurrency: 2 }]);
  });
});

describe("the ledger", () => {
  test("is the table that the code asks for", () => {
    const { create, timeToLive, pointInTimeRecovery } = tableDefinition("drover-dev");
    const [[, table] = []] = ofType(template, "AWS::DynamoDB::Table");
    const { DeletionProtectionEnabled, PointInTimeRecoverySpecification, TimeToLiveSpecification, ...rest } =
      table?.Properties ?? {};
    const sorted = (properties: { AttributeDefinitions: { AttributeName: string }[] }) => ({
      ...properties,
      AttributeDefinitions: properties.AttributeDefinitions.toSorted((a, b) =>
        a.AttributeName.localeCompare(b.AttributeName),
      ),
    });
    expect(sorted(rest)).toEqual(sorted(create as never));
    expect(TimeToLiveSpecification).toEqual(timeToLive);
    expect(PointInTimeRecoverySpecification).toEqual(pointInTimeRecovery);
  });

  test("outlives its stack, and in production cannot be deleted", () => {
    const protectedIn = ({ Resources }: Template) => Resources["Ledger"]?.Properties.DeletionProtectionEnabled;
    expect([protectedIn(template), protectedIn(prod)]).toEqual([false, true]);
    for (const { Resources } of [template, prod]) {
      expect(Resources["Ledger"]).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
    }
  });

  test("can be another one after a restore, which its functions then use and may use", () => {
    expect(prod.Resources["Ledger"]?.Properties.TableName).toBe("drover-prod");
    for (const [, { Environment }] of named(prod, "prod").lambdas) {
      expect(Environment.Variables.DROVER_TABLE).toBe("drover-prod-restored");
    }
    expect(permissionsOf(prod, "poll-operation", "prod")).toContain("dynamodb:PutItem table/drover-prod-restored");
  });
});

describe("the bus", () => {
  test("keeps what was published for 30 days", () => {
    const [[, archive] = []] = ofType(template, "AWS::Events::Archive");
    expect(archive?.Properties).toMatchObject({
      EventPattern: { source: ["drover"] },
      RetentionDays: 30,
      SourceArn: { "Fn::GetAtt": ["Bus", "Arn"] },
    });
    expect(template.Resources["Bus"]?.Properties.Name).toBe("drover-dev");
  });

  test("keeps what a rule could not deliver, and lets EventBridge put it there", () => {
    const rule = template.Resources["Attention"]?.Properties;
    expect(rule.EventBusName).toEqual({ Ref: "Bus" });
    expect(rule.EventPattern.source).toEqual(["drover"]);
    const [target] = rule.Targets;
    expect(target.DeadLetterConfig).toEqual({ Arn: { "Fn::GetAtt": ["EventDeadLetters", "Arn"] } });
    expect(target.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThanOrEqual(day);
    expect(template.Resources["EventDeadLetters"]?.Properties.MessageRetentionPeriod).toBe(14 * day);
    const policy = template.Resources["EventDeadLetterWriting"]?.Properties;
    expect(policy.Queues).toEqual([{ Ref: "EventDeadLetters" }]);
    expect(policy.PolicyDocument.Statement).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: { "Fn::GetAtt": ["EventDeadLetters", "Arn"] },
        Condition: { ArnEquals: { "aws:SourceArn": { "Fn::GetAtt": ["Attention", "Arn"] } } },
      },
    ]);
    expect(template.Resources["AttentionLog"]?.Properties.LogGroupName).toMatch(/^\/aws\/events\//);
  });
});

describe("the bucket", () => {
  test("has no versions, no public access, encryption, and a day for what nobody has removed", () => {
    const { VersioningConfiguration, PublicAccessBlockConfiguration, BucketEncryption, LifecycleConfiguration } =
      template.Resources["Handoffs"]?.Properties ?? {};
    expect(VersioningConfiguration).toBeUndefined();
    expect(Object.values(PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    expect(BucketEncryption.ServerSideEncryptionConfiguration).toHaveLength(1);
    expect(LifecycleConfiguration.Rules).toMatchObject([
      { Status: "Enabled", Prefix: "handoffs/", ExpirationInDays: 1 },
    ]);
  });

  test("answers over TLS only", () => {
    const [statement] = template.Resources["HandoffsTransport"]?.Properties.PolicyDocument.Statement ?? [];
    expect(statement).toMatchObject({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });
});

describe("alarms", () => {
  const alarms = (from: Template = template) =>
    new Map(
      ofType(from, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => [
        Properties.AlarmName.replace(/^drover-(?:dev|prod)-/, ""),
        Properties,
      ]),
    );

  test("watch each queue for dead letters and for messages that nobody takes", () => {
    const { queues } = named();
    const dimension = (queue: string) => [
      { Name: "QueueName", Value: { "Fn::GetAtt": [queues.get(queue)?.id, "QueueName"] } },
    ];
    for (const queue of work) {
      // What SQS moves to dead letters by itself is not counted as sent there.
      expect(alarms().get(deadLetterQueueOf(queue))).toMatchObject({
        Namespace: "AWS/SQS",
        MetricName: "NumberOfMessagesReceived",
        Dimensions: dimension(deadLetterQueueOf(queue)),
        Threshold: 0,
        ComparisonOperator: "GreaterThanThreshold",
      });
      const age = alarms().get(`${queue}-oldest-message`);
      expect(age).toMatchObject({
        MetricName: "ApproximateAgeOfOldestMessage",
        Dimensions: dimension(queue),
        Statistic: "Maximum",
      });
      // A delayed message is no old one.
      if (queue !== inboxQueue) expect(age?.Threshold).toBeGreaterThan(2 * (maxDelayMs / 1000));
    }
  });

  test("watch the sweep, throttling, the HTTP interface and undelivered events", () => {
    const others = [...alarms().keys()].filter((name) => !letters.includes(name) && !name.endsWith("-oldest-message"));
    expect(others.sort()).toEqual([
      "dead-letters-unrecorded",
      "http-errors",
      "no-schedules",
      "no-sweep",
      "overdue",
      "throttled-functions",
      "throttled-ledger",
      "undelivered-events",
    ]);
    expect(alarms().get("overdue")).toMatchObject({ Namespace: "Drover/dev", MetricName: instruments.sweepLag.name });
    expect(instruments.sweepLag.attributes).toEqual([]);
    for (const name of ["no-sweep", "no-schedules"]) {
      expect(alarms().get(name)).toMatchObject({
        TreatMissingData: "breaching",
        ComparisonOperator: "LessThanThreshold",
      });
    }
    // A letter that cannot be recorded is received again and again, and its age left out of the figure by SQS.
    for (const { MetricStat } of alarms().get("dead-letters-unrecorded")?.Metrics.slice(1) ?? [])
      expect(MetricStat).toMatchObject({
        Stat: "Minimum",
        Metric: { MetricName: "ApproximateNumberOfMessagesVisible" },
      });
    // Letters of every queue, and not more metrics than one alarm can have.
    const ages = alarms().get("dead-letters-unrecorded")?.Metrics.slice(1);
    expect(
      ages
        .map(({ MetricStat }: { MetricStat: { Metric: { Dimensions: [{ Value: unknown }] } } }) =>
          rendered(MetricStat.Metric.Dimensions[0].Value),
        )
        .sort(),
    ).toEqual(letters.map((queue) => `<${named().queues.get(queue)?.id}.QueueName>`).sort());
    expect(ages.length).toBeLessThanOrEqual(10);
  });

  test("say what is wrong, to the topic if there is one", () => {
    for (const [name, { AlarmDescription, AlarmActions, OKActions }] of alarms(prod)) {
      const actions = [
        { "Fn::If": ["HasAlarmTopic", "arn:aws:sns:eu-west-1:123456789012:on-call", { Ref: "AWS::NoValue" }] },
      ];
      expect({ name, AlarmActions, OKActions }).toEqual({ name, AlarmActions: actions, OKActions: actions });
      expect(AlarmDescription).toMatch(/\.$/);
    }
  });
});

describe("roles", () => {
  const configuration = ["ssm:GetParameter parameter/drover/dev/configuration"];
  const ledger = ["GetItem", "PutItem", "DeleteItem"].map((action) => `dynamodb:${action} table/drover-dev`);
  const lists = ["Query", "BatchGetItem"].flatMap((action) => [
    `dynamodb:${action} table/drover-dev`,
    `dynamodb:${action} table/drover-dev/index/*`,
  ]);
  const idOf = (queue: string) => named().queues.get(queue)?.id;
  const sends = () => Object.keys(steps).map((step) => `sqs:SendMessage <${idOf(step)}.Arn>`);
  const publishes = ["events:PutEvents <Bus.Arn>", "events:DescribeEventBus <Bus.Arn>"];
  const readsSecrets = ["secretsmanager:GetSecretValue secret:drover/dev/vault/*"];
  const opens = ["secretsmanager:GetSecretValue secret:drover/dev/vault-keys/*"];
  const seals = [...opens, "secretsmanager:CreateSecret secret:drover/dev/vault-keys/*"];
  const bucket = ["s3:ListBucket <Handoffs.Arn>", "s3:GetObject <Handoffs.Arn>/handoffs/*"];
  const puts = [...bucket, "s3:PutObject <Handoffs.Arn>/handoffs/*"];
  const removes = [...bucket, "s3:DeleteObject <Handoffs.Arn>/handoffs/*"];
  const receives = (queue: string) =>
    ["ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes"].map(
      (action) => `sqs:${action} <${idOf(queue)}.Arn>`,
    );
  const own = (queue: string) => [...receives(queue), `sqs:SendMessage <${idOf(deadLetterQueueOf(queue))}.Arn>`];
  const vault = (actions: readonly string[], names = "*") =>
    actions.map((action) => `secretsmanager:${action} secret:drover/dev/vault/${names}`);

  /** Beside what all of them may do. */
  const expected = (): Readonly<Record<string, readonly string[]>> => ({
    "accept-request": own(inboxQueue),
    "start-deployment": [...own("start-deployment"), ...readsSecrets],
    "poll-operation": [...own("poll-operation"), ...readsSecrets, ...seals],
    "apply-dps-change": [...own("apply-dps-change"), ...readsSecrets, ...seals],
    "rotate-dps-keys": [
      ...own("rotate-dps-keys"),
      ...readsSecrets,
      ...seals,
      ...vault(["CreateSecret", "PutSecretValue", "DescribeSecret"]),
      ...vault(["DeleteSecret"], "drover-staged-*"),
    ],
    "provision-panorama-device": [...own("provision-panorama-device"), ...readsSecrets, ...seals, ...puts],
    "create-provisioning-claim": [...own("create-provisioning-claim"), ...readsSecrets, ...seals, ...puts],
    "clean-up-deployment": [...own("clean-up-deployment"), ...readsSecrets],
    "start-children": own("start-children"),
    "await-children": own("await-children"),
    "record-dead-letter": letters.flatMap(receives),
    "receive-webhook": [
      ...lists,
      ...readsSecrets,
      ...opens,
      ...puts,
      ...removes,
      `sqs:SendMessage <${idOf(inboxQueue)}.Arn>`,
    ],
    "run-schedules": [],
    "sweep-overdue": [
      ...lists,
      ...removes,
      ...vault(["DescribeSecret", "DeleteSecret"], "drover-staged-*"),
      "secretsmanager:ListSecrets *",
    ],
  });

  test.each(functions)("let %s do what it needs and nothing else", (name) => {
    const log = ["CreateLogStream", "PutLogEvents"].map(
      (action) => `logs:${action} log-group:/aws/lambda/drover-dev-${name}:*`,
    );
    const all = [
      ...log,
      ...configuration,
      ...ledger,
      ...sends(),
      ...publishes,
      ...(expected()[name] ?? ["not listed here"]),
    ];
    expect(permissionsOf(template, name)).toEqual([...new Set(all)].sort());
  });

  test("are one for each function, for Lambda alone", () => {
    const roles = [...named().lambdas].map(([, { Role }]) => rendered(Role));
    expect(new Set(roles).size).toBe(functions.length);
    expect(ofType(template, "AWS::IAM::Role")).toHaveLength(functions.length);
    for (const [, { Properties }] of ofType(template, "AWS::IAM::Role")) {
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
      ]);
    }
  });

  test("name actions one by one, and resources wherever AWS knows any", () => {
    const policies = ["AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"].flatMap((type) => ofType(template, type));
    const documents = [
      ...policies.map(([, { Properties }]) => Properties.PolicyDocument),
      ...ofType(template, "AWS::IAM::Role").flatMap(([, { Properties }]) =>
        Properties.Policies.map((one: { PolicyDocument: unknown }) => one.PolicyDocument),
      ),
    ];
    const all = documents.flatMap(grants);
    expect(all.filter(({ action }) => action.includes("*"))).toEqual([]);
    expect([...new Set(all.filter(({ resource }) => resource === "*").map(({ action }) => action))].sort()).toEqual([
      "iot:ListProvisioningTemplates",
      "panorama:ListDevices",
      "panorama:ProvisionDevice",
      "secretsmanager:ListSecrets",
    ]);
  });

  test("reach other services only where somebody has asked for it", () => {
    const policies = ofType(template, "AWS::IAM::Policy");
    expect(policies.map(([id, { Condition }]) => [id, Condition]).sort()).toEqual([
      ["AwsIotCalls", "SignsForAwsIot"],
      ["AwsIotChecks", "SignsForAwsIot"],
      ["AwsPanoramaCalls", "SignsForAwsPanorama"],
      ["AwsPanoramaChecks", "SignsForAwsPanorama"],
      ["AwsPanoramaPolls", "SignsForAwsPanorama"],
      ["PublishTargetCalls", "SignsForPublishTargets"],
      ["PublishTargetReads", "SignsForPublishTargets"],
    ]);
    expect(template.Conditions["SignsForAwsIot"]).toEqual({ "Fn::Not": [{ "Fn::Equals": ["", ""] }] });
    expect(template.Conditions["SignsForAwsPanorama"]).toEqual({ "Fn::Equals": ["false", "true"] });
    expect(template.Conditions["SignsForPublishTargets"]).toEqual({ "Fn::Not": [{ "Fn::Equals": ["", ""] }] });
  });
});

test("nothing is left to be resolved", () => {
  expect(JSON.stringify(template)).not.toMatch(/\$\{(?:self|param|sls|opt|file|env)\b/);
});

/** As in an account of our own. */
function resolved(value: unknown): string {
  const places: Readonly<Record<string, string>> = {
    "AWS::Region": "eu-west-1",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::AccountId": "123456789012",
  };
  return rendered(value).replace(/<([\w:]+)>/g, (_, name: string) => places[name] ?? name);
}

interface Grant {
  readonly action: string;
  readonly resource: string;
}

function grants({
  Statement,
}: {
  readonly Statement: { Effect: string; Action: string | string[]; Resource: unknown }[];
}): Grant[] {
  return Statement.flatMap(({ Effect, Action, Resource }) => {
    expect(Effect).toBe("Allow");
    const resources = [Resource]
      .flat()
      .map((one) => rendered(one).replace(/^arn:<AWS::Partition>:\w+:<AWS::Region>:<AWS::AccountId>:/, ""));
    return [Action].flat().flatMap((action) => resources.map((resource) => ({ action, resource })));
  });
}

/** All that a function's role allows, beside what is asked for with a parameter. */
function permissionsOf(from: Template, name: string, stage = "dev"): readonly string[] {
  const role = rendered(named(from, stage).lambdas.get(name)?.Role).replace(/^<(.*)\.Arn>$/, "$1");
  const { ManagedPolicyArns, Policies } = from.Resources[role]?.Properties ?? {};
  const documents = [
    ...ManagedPolicyArns.map(({ Ref }: { Ref: string }) => from.Resources[Ref]?.Properties.PolicyDocument),
    ...Policies.map(({ PolicyDocument }: { PolicyDocument: unknown }) => PolicyDocument),
  ];
  return [...new Set(documents.flatMap(grants).map(({ action, resource }) => `${action} ${resource}`))].sort();
}
