import type { TemplateSeed } from "./scenario.ts";
import type { World } from "./world.ts";

const BODY = JSON.stringify({
  Parameters: { SerialNumber: { Type: "String" } },
  Resources: {
    thing: { Type: "AWS::IoT::Thing", Properties: { ThingName: { Ref: "SerialNumber" } } },
    certificate: { Type: "AWS::IoT::Certificate", Properties: { CertificateId: { Ref: "AWS::IoT::Certificate::Id" } } },
  },
});

export function seedTemplate(world: World, { name, description, enabled, roleArn, body }: TemplateSeed): void {
  const { accountId, region } = world.settings;
  const atMs = world.timeline.now();
  world.templates.set(name, {
    name,
    arn: `arn:aws:iot:${region}:${accountId}:provisioningtemplate/${name}`,
    description: description ?? null,
    roleArn: roleArn ?? `arn:aws:iam::${accountId}:role/provisioning`,
    body: body ?? BODY,
    createdAtMs: atMs,
    modifiedAtMs: atMs,
    enabled: enabled ?? true,
  });
}
