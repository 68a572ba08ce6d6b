// biome-ignore-all format: generated
// biome-ignore-all lint: generated
/** Generated from docs/openapi.json by openapi-typescript: `npm run schemas`. */

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Yes or no, for load balancers
         * @description Says nothing else, to everybody.
         */
        get: operations["isAlive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description What this interface is, for programs.
         */
        get: operations["readOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How this Drover is, and why
         * @description For operators. Answered with 200 also when something is wrong: see `status`.
         */
        get: operations["readHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures for Prometheus
         * @description In Prometheus' text format 0.0.4.
         */
        get: operations["readMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for an operation, or for its cancellation
         * @description Takes one CloudEvents event in structured JSON, or several as a batch. `source` and `id` are the idempotency key: the same request again is answered with the same operation, so send it again whenever an answer was lost. The answer comes when everything is on disk.
         */
        post: operations["submitRequest"];
        delete?: never;
        /**
         * Ask whether events may be sent here
         * @description The handshake of CloudEvents webhooks, as Event Grid does it. A sender that `http.webhookOrigins` names is told that it may; every other is answered without a word. Sending needs credentials all the same.
         */
        options: operations["askWhetherToSend"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * See what a request would do
         * @description A dry run: answers the provider calls that the request would begin with. Nothing is sent to the provider and nothing is written down.
         */
        post: operations["planRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List operations
         * @description Newest first, page by page. Filters are combined; only what the client may see is shown.
         */
        get: operations["listOperations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See an operation
         * @description With `wait` and `since` the answer is held back until the operation differs from what was seen, or the time is over: follow an operation without asking all the time.
         */
        get: operations["readOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See what happened to an operation
         * @description Oldest first. Of a long history the first entries and the newest ones are kept.
         */
        get: operations["readHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/explanation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See where an operation stands and who acts next
         * @description For a person who has to decide whether to do something.
         */
        get: operations["explainOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/actions/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an operation
         * @description Asks for it: what has begun at the provider is proven before the operation ends, so it may still end otherwise. Harmless when repeated.
         */
        post: operations["cancelOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/actions/abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have an operation go no further
         * @description The same as a cancel, under the name that fits a rotation: nothing is undone, and both keys stay good. What has begun at the provider is proven first. Harmless when repeated.
         */
        post: operations["abortOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/actions/extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let an operation wait longer
         * @description One that waits for a set time, such as a rotation in its grace. Its deadline moves as much. Each call adds to the wait: look at the operation before you repeat one whose answer was lost.
         */
        post: operations["extendOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/actions/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that a consumer uses the new key
         * @description For a rotation whose request lists the consumer under `consumers.acknowledge`. The key before is replaced once the grace is over and all of them have said so. Harmless when repeated.
         */
        post: operations["acknowledgeOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/actions/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what has become of an operation that ended as unknown
         * @description After a look at the provider. What it held back goes on then.
         */
        post: operations["resolveOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/actions/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let an operation begin that needs approval
         * @description By another client than the one that asked for it.
         */
        post: operations["approveOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/actions/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say how a deployment ended that nothing else reports
         * @description For completion `external`: written down at the provider, then looked at once. The operation ends with that look. Harmless when repeated.
         */
        post: operations["reportOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/actions/supply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand over the certificate that an operation waits for
         * @description For drover.azure-dps.verify-certificate without `signWith`: a certificate whose subject is the code of the attention event, signed by the CA's key. It is checked first; the operation goes on waiting after a refusal. Harmless when repeated.
         */
        post: operations["supplyOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/actions/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that you stand ready for what is handed over
         * @description The credential is minted then, and lives for minutes. Say it again when what you have fetched did not arrive: another one is minted, and what the first was made for is taken back where nobody has used it. Harmless when repeated.
         */
        post: operations["sayReady"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/handoffs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See how far it is with what is handed over
         * @description Its name, its length and its hash, how long it lives, and what to do with it; never its content. With `wait` and `since` the answer is held back until something differs, or the time is over: wait so until it is minted.
         */
        get: operations["readHandoff"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/handoffs/{id}/fetch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take what is handed over
         * @description Its bytes, once: not harmless when repeated, and therefore no GET. A second one is refused, also after an answer that was lost: say ready again then. Nothing is served at or after its expiry, and never a part of it.
         */
        post: operations["fetchHandoff"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read events
         * @description In their order, from a position on. `wait` holds an empty page back. With `Accept: text/event-stream` it is a live stream of server-sent events, each with its position as id.
         */
        get: operations["readEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List dead letters
         * @description Without their bodies. A letter that names no operation is for clients that see everything.
         */
        get: operations["listDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See a dead letter
         * @description With its body.
         */
        get: operations["readDeadLetter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/{id}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a dead letter up again
         * @description Its message is handled as if it had just come.
         */
        post: operations["redriveDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sinks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See how the receivers of events stand
         * @description Their states, what waits for them, the last success and the last failure.
         */
        get: operations["listSinks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sinks/{name}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a disabled sink go on
         * @description Where it stopped, or with the next event.
         */
        post: operations["enableSink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sinks/{name}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand events over again
         * @description Under the same ids, a thousand positions at a time: ask again from `position` on until `done`.
         */
        post: operations["replaySink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See schedules
         * @description When they ran, when they run next, and what went wrong.
         */
        get: operations["listSchedules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schedules/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a schedule now
         * @description Asks for what it asks for, beside its due dates; also for one that is disabled.
         */
        post: operations["runSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See how old each rotated key is, and which rotation is overdue
         * @description What schedules rotate, and what was rotated on request. Targets are read for this answer, four at a time; one that cannot be read says why and hides no other.
         */
        get: operations["listKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See connections
         * @description Those that the client may know of, without credentials.
         */
        get: operations["listConnections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin nothing new on a connection
         * @description What has begun is followed to its end. Harmless when repeated.
         */
        post: operations["pauseConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a connection go on
         * @description What waited for it goes on by itself. Harmless when repeated.
         */
        post: operations["resumeConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{name}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * See whether a connection works
         * @description Logs in, reads, and names missing roles. Changes nothing.
         */
        post: operations["checkConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{name}/heat/software-configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List software configs
         * @description All pages of Heat together, up to a bound, without the scripts.
         */
        get: operations["listHeatConfigs"];
        put?: never;
        /**
         * Make a software config
         * @description Not idempotent, as Heat has no key for it: look at the list before you repeat one whose answer was lost.
         */
        post: operations["createHeatConfig"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{name}/heat/software-configs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See a software config
         * @description With its script. Values of inputs are not shown: they may be secrets or signed URLs.
         */
        get: operations["readHeatConfig"];
        put?: never;
        post?: never;
        /**
         * Delete a software config
         * @description Harmless when repeated.
         */
        delete: operations["deleteHeatConfig"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{name}/heat/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deployments
         * @description Of the whole project, or of one server.
         */
        get: operations["listHeatDeployments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{name}/heat/deployments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See a deployment
         * @description As Heat has it.
         */
        get: operations["readHeatDeployment"];
        /**
         * Change a deployment
         * @description Sets its status, reason or outputs; what is left out stays as it is.
         */
        put: operations["changeHeatDeployment"];
        post?: never;
        /**
         * Delete a deployment
         * @description Harmless when repeated. Its software config stays.
         */
        delete: operations["deleteHeatDeployment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{name}/dps/{read}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read from Device Provisioning Services
         * @description All pages together. Of policies rights and fingerprints are shown, never a key; of hubs no connection string. `services` and `operations` need nothing else, `name-availability` the service, all others resource group and service, and what they are to show.
         */
        get: operations["readDeviceProvisioning"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vault": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List names of secrets
         * @description Names only: no route answers a value.
         */
        get: operations["listSecrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vault/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Store a secret
         * @description The body is the secret as it is: UTF-8, at most 64 KiB. It replaces the one before.
         */
        put: operations["storeSecret"];
        post?: never;
        /**
         * Remove a secret
         * @description What refers to it fails from now on.
         */
        delete: operations["removeSecret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A request that was taken, and is on disk. */
        Acceptance: {
            /** @description Id of the operation. */
            operation: string;
            /**
             * @description `accepted`: new. `duplicate`: known before, with the same content. `cancelling`: a cancel was taken.
             * @enum {string}
             */
            status: "accepted" | "duplicate" | "cancelling";
            /** @description Path of the operation. */
            location: string;
        };
        /** @description Who uses the key that was published. */
        Acknowledge: {
            /** @description One out of `consumers.acknowledge` of the request. */
            consumer: string;
            /** @description Why, for the history. */
            note?: string;
        };
        /** @description What became of an acknowledgement. */
        AcknowledgementAnswer: {
            /** @description Id of the operation: 52 characters. */
            operation: string;
            /**
             * @description Now, or before.
             * @enum {string}
             */
            acknowledgement: "acknowledged" | "already";
        };
        /** @description Yes or no, for load balancers. */
        Alive: {
            /**
             * @description Whether changes can be written down.
             * @enum {string}
             */
            status: "ok" | "unavailable";
        };
        /** @description What became of an approval. */
        ApprovalAnswer: {
            /** @description Id of the operation: 52 characters. */
            operation: string;
            /**
             * @description Now, or before.
             * @enum {string}
             */
            approval: "approved" | "already";
        };
        /** @description Request `drover.aws-iot.create-provisioning-claim`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AwsIotCreateProvisioningClaimRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.aws-iot.create-provisioning-claim";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Name of a fleet provisioning template; the connection's `templates` has to allow it. */
                templateName: string;
                /**
                 * @description When the credential is made, which lives five minutes: `on-pickup` (default) once somebody stands ready to take it, `immediate` at once.
                 * @enum {string}
                 */
                mint?: "on-pickup" | "immediate";
                /** @description Names of the clients that may take the credential. Left out: every client that may take those of the connection. */
                installers?: string[];
            };
        };
        /** @description Request `drover.aws-panorama.provision`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AwsPanoramaProvisionRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.aws-panorama.provision";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Body of the vendor's request ProvisionDevice. */
                device: {
                    /** @description Name of the device. The archive has to be named after it, and there must be no device of this name yet. */
                    Name: string;
                    /** @description Description of the device, one line. */
                    Description?: string;
                    /** @description Tags of the device. Drover adds `drover:operation` and `drover:attempt`. */
                    Tags?: {
                        [key: string]: string;
                    };
                    /** @description Settings that the archive carries to the appliance. */
                    NetworkingConfiguration?: {
                        /** @description One of the appliance's two ports. */
                        Ethernet0?: {
                            /**
                             * @description Where its address comes from.
                             * @enum {string}
                             */
                            ConnectionType: "STATIC_IP" | "DHCP";
                            /** @description Its address: needed for STATIC_IP, and without effect for DHCP. */
                            StaticIpConnectionInfo?: {
                                /** @description IPv4 address, such as 192.168.1.20. */
                                IpAddress: string;
                                /** @description Mask of the network, such as 255.255.255.0. */
                                Mask: string;
                                /** @description Address of the gateway. */
                                DefaultGateway: string;
                                /** @description Addresses of name servers. */
                                Dns: string[];
                            };
                        };
                        /** @description One of the appliance's two ports. */
                        Ethernet1?: {
                            /**
                             * @description Where its address comes from.
                             * @enum {string}
                             */
                            ConnectionType: "STATIC_IP" | "DHCP";
                            /** @description Its address: needed for STATIC_IP, and without effect for DHCP. */
                            StaticIpConnectionInfo?: {
                                /** @description IPv4 address, such as 192.168.1.20. */
                                IpAddress: string;
                                /** @description Mask of the network, such as 255.255.255.0. */
                                Mask: string;
                                /** @description Address of the gateway. */
                                DefaultGateway: string;
                                /** @description Addresses of name servers. */
                                Dns: string[];
                            };
                        };
                        /** @description Where the appliance gets its time from. */
                        Ntp?: {
                            /** @description Time servers. */
                            NtpServers: string[];
                        };
                    };
                };
                /**
                 * @description When the credential is made, which lives five minutes: `on-pickup` (default) once somebody stands ready to take it, `immediate` at once.
                 * @enum {string}
                 */
                mint?: "on-pickup" | "immediate";
                /** @description Names of the clients that may take the credential. Left out: every client that may take those of the connection. */
                installers?: string[];
                /** @description How long after the end of the credential a device that nobody has used may still show progress before it is removed: PT1M to P1D, default PT15M. ISO 8601, in days, hours, minutes and seconds. */
                graceAfterExpiry?: string;
            };
        };
        /** @description Request `drover.azure-dps.delete-certificate`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsDeleteCertificateRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.delete-certificate";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Resource group that the service is in. */
                resourceGroup: string;
                /** @description Name of the service, unique in all of Azure. */
                service: string;
                /** @description Name of the CA certificate in the service. */
                certificate: string;
            };
        };
        /** @description Request `drover.azure-dps.delete-policy`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsDeletePolicyRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.delete-policy";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Resource group that the service is in. */
                resourceGroup: string;
                /** @description Name of the service, unique in all of Azure. */
                service: string;
                /** @description Name of a shared access policy; of `put-policy` the policy itself. */
                policy: string;
            };
        };
        /** @description Request `drover.azure-dps.delete-service`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsDeleteServiceRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.delete-service";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Resource group that the service is in. */
                resourceGroup: string;
                /** @description Name of the service, unique in all of Azure. */
                service: string;
            };
        };
        /** @description Request `drover.azure-dps.put-certificate`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsPutCertificateRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.put-certificate";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Resource group that the service is in. */
                resourceGroup: string;
                /** @description Name of the service, unique in all of Azure. */
                service: string;
                /** @description Name of the CA certificate in the service. */
                certificate: string;
                /** @description The certificate that proves possession of the CA's key, as PEM text. Never a private key. */
                content: string;
            };
        };
        /** @description Request `drover.azure-dps.put-policy`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsPutPolicyRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.put-policy";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Resource group that the service is in. */
                resourceGroup: string;
                /** @description Name of the service, unique in all of Azure. */
                service: string;
                /** @description Name of a shared access policy; of `put-policy` the policy itself. */
                policy: {
                    /** @description Name of the policy. Its case is that of the policy that is there. */
                    keyName: string;
                    /** @description Rights separated by commas, such as ServiceConfig, EnrollmentWrite. Those that others imply make no difference. */
                    rights: string;
                    /** @description A key of 16 to 64 bytes in base64: a secret of the vault. Left out: the one that the policy has, or one that Azure makes. */
                    primaryKey?: {
                        /** @description Reference such as vault:dps-hub; the connection's `secrets` has to allow it. */
                        $secret: string;
                    };
                    /** @description As `primaryKey`. */
                    secondaryKey?: {
                        /** @description Reference such as vault:dps-hub; the connection's `secrets` has to allow it. */
                        $secret: string;
                    };
                };
            };
        };
        /** @description Request `drover.azure-dps.put-service`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsPutServiceRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.put-service";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Resource group that the service is in. */
                resourceGroup: string;
                /** @description Name of the service, unique in all of Azure. */
                service: string;
                /** @description Azure region, such as westeurope. A service cannot be moved. */
                location: string;
                /** @description What is paid for. */
                sku: {
                    /** @description Name of the SKU, such as S1. */
                    name: string;
                    /** @description Number of units. */
                    capacity: number;
                };
                /** @description All tags there shall be: those that are not named here go. */
                tags?: {
                    [key: string]: string;
                };
                /** @description Settings. What is left out stays as it is. */
                properties?: {
                    /**
                     * @description How devices are spread over the linked hubs.
                     * @enum {string}
                     */
                    allocationPolicy?: "Hashed" | "GeoLatency" | "Static";
                    /** @description All linked hubs there shall be: links are added, changed and removed accordingly. Left out: as they are. */
                    iotHubs?: {
                        /** @description The hub's connection string, with its key: a secret of the vault. */
                        connectionString: {
                            /** @description Reference such as vault:dps-hub; the connection's `secrets` has to allow it. */
                            $secret: string;
                        };
                        /** @description Azure region of the hub. */
                        location: string;
                        /** @description Whether the allocation policy sends devices to it. */
                        applyAllocationPolicy?: boolean;
                        /** @description Its share, relative to the other hubs. */
                        allocationWeight?: number;
                    }[];
                };
            };
        };
        /** @description Request `drover.azure-dps.read`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsReadRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.read";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /**
                 * @description What is read. Keys are answered as fingerprints only.
                 * @enum {string}
                 */
                read: "operations" | "name-availability" | "services" | "service" | "keys" | "key" | "certificates" | "certificate" | "skus" | "operation-result";
                /** @description Resource group that the service is in. */
                resourceGroup?: string;
                /** @description Name of the service, unique in all of Azure. */
                service?: string;
                /** @description Name of a shared access policy; of `put-policy` the policy itself. */
                policy?: string;
                /** @description Name of the CA certificate in the service. */
                certificate?: string;
                /** @description Of `operation-result`: the operation's id in Azure. */
                operationId?: string;
            };
        };
        /** @description Request `drover.azure-dps.relink-hub`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsRelinkHubRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.relink-hub";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Resource group that the service is in. */
                resourceGroup: string;
                /** @description Name of the service, unique in all of Azure. */
                service: string;
                /** @description Host name of a linked hub, such as fleet.azure-devices.net. */
                hub: string;
                /** @description The hub's connection string with the key that it has now: a secret of the vault. */
                connectionString: {
                    /** @description Reference such as vault:dps-hub; the connection's `secrets` has to allow it. */
                    $secret: string;
                };
            };
        };
        /** @description Request `drover.azure-dps.rotate-policy-key`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsRotatePolicyKeyRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.rotate-policy-key";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Resource group that the service is in. */
                resourceGroup: string;
                /** @description Name of the service, unique in all of Azure. */
                service: string;
                /** @description Name of a shared access policy; of `put-policy` the policy itself. */
                policy: string;
                /** @description Time that both keys are good, before the old one is replaced: at least `readInterval`, `tokenLife` and `clockSkew` together. ISO 8601, in days, hours, minutes and seconds. */
                grace?: string;
                /**
                 * @description The slot that consumers use now, where no publication shows it.
                 * @enum {string}
                 */
                slotInUse?: "primary" | "secondary";
                /** @description Where consumers read the key. */
                publish: {
                    /** @description Name of a publish target in the configuration. */
                    target: string;
                    /** @description Name of the secret there. */
                    secret: string;
                    /**
                     * @description The key alone (default), or a connection string.
                     * @default key
                     * @enum {string}
                     */
                    format: "key" | "connection-string";
                }[];
                /** @description What is known of those who use the key. */
                consumers?: {
                    /**
                     * @description How often consumers read the key. ISO 8601, in days, hours, minutes and seconds.
                     * @default PT15M
                     */
                    readInterval: string;
                    /**
                     * @description How long the tokens live that they sign. ISO 8601, in days, hours, minutes and seconds.
                     * @default PT1H
                     */
                    tokenLife: string;
                    /**
                     * @description By how much their clocks may be off. ISO 8601, in days, hours, minutes and seconds.
                     * @default PT5M
                     */
                    clockSkew: string;
                    /**
                     * @description Names of consumers that have to say that they use the new key before the old one goes.
                     * @default []
                     */
                    acknowledge: string[];
                };
                /** @description Targets of the last rotation where nobody reads any more, as target/secret: they go on showing a key that is replaced. */
                drop?: string[];
                /** @description Replaces both keys at once. Every token that they signed is refused from then on. */
                emergency?: boolean;
            };
        };
        /** @description Request `drover.azure-dps.tag-service`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsTagServiceRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.tag-service";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Resource group that the service is in. */
                resourceGroup: string;
                /** @description Name of the service, unique in all of Azure. */
                service: string;
                /** @description All tags there shall be: those that are not named here go. */
                tags: {
                    [key: string]: string;
                };
            };
        };
        /** @description Request `drover.azure-dps.verify-certificate`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureDpsVerifyCertificateRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-dps.verify-certificate";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Resource group that the service is in. */
                resourceGroup: string;
                /** @description Name of the service, unique in all of Azure. */
                service: string;
                /** @description Name of the CA certificate in the service. */
                certificate: string;
                /** @description The certificate that proves possession of the CA's key, as PEM text. Never a private key. */
                content?: string;
                /** @description The CA's private key as PEM text: a secret of the vault. Left out: the operation waits until somebody supplies the certificate that proves it. */
                signWith?: {
                    /** @description Reference such as vault:dps-hub; the connection's `secrets` has to allow it. */
                    $secret: string;
                };
            };
        };
        /** @description Request `drover.azure-sphere.deploy`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        AzureSphereDeployRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.azure-sphere.deploy";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description The device group that gets the deployment. */
                deviceGroupId: string;
                /** @description Ids of the images, as the vendor's request body has them. */
                images: string[];
            };
        };
        /** @description What became of each request of a batch, in their order. */
        BatchAcceptance: {
            requests: (components["schemas"]["TakenOfBatch"] | components["schemas"]["RefusedOfBatch"])[];
        };
        /** @description What became of a cancel. */
        CancelAnswer: {
            /** @description Id of the operation: 52 characters. */
            operation: string;
            /**
             * @description `requested` now, `already` before, or `ended`: there is nothing to cancel any more.
             * @enum {string}
             */
            cancel: "requested" | "already" | "ended";
        };
        /** @description A cancel that was asked for. */
        CancelRequested: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description By whom. */
            by: string;
            /** @description Why. */
            note?: string;
        };
        /** @description How the parts of a parent stand. */
        Children: {
            /** @description Targets of the request: one operation each. */
            total: number;
            /** @description Parts that are known to exist. */
            begun: number;
            /** @description How many have ended, by outcome. */
            ended: {
                [key: string]: number;
            };
        };
        /** @description A provider account of the configuration, without its credential. */
        Connection: {
            /** @description Name in the configuration. Requests name it. */
            name: string;
            /** @description Kind of the provider, such as azure-sphere or heat. */
            kind: string;
            /** @description Which of the provider's interfaces is used. */
            api?: string;
            /** @description Which cloud it is, where several offer the same interface. */
            flavour?: string;
            /** @description Region of the cloud. */
            region?: string;
            /** @description Where its calls go to. */
            endpoint?: string;
            /** @description What it may be burdened with, by all operations together. */
            limits?: {
                /** @description Operations between their first effect and their end. */
                inFlight?: number;
                /** @description Requests that change something, within any 60 seconds. */
                changesPerMinute?: number;
            };
            /** @description Present while it is paused: nothing new is begun, and polls go on. */
            paused?: {
                /**
                 * Format: date-time
                 * @description Since when.
                 */
                at: string;
                /** @description By whom. */
                by: string;
                /** @description Why. */
                note?: string;
            };
        };
        /** @description Whether a connection works: login, reading, roles. */
        ConnectionCheck: {
            /** @description Name of the connection. */
            connection: string;
            /** @description Whether everything is. */
            ok: boolean;
            checks: {
                /** @description What was looked at. */
                what: string;
                /** @description Whether it is fine. */
                ok: boolean;
                /** @description Works, and should not stay so. */
                warning?: boolean;
                /** @description A sentence for people. */
                detail: string;
            }[];
        };
        /** @description The connections that the client may know of. */
        Connections: {
            connections: components["schemas"]["Connection"][];
        };
        /** @description A message that was given up. */
        DeadLetter: {
            /** @description Id of the letter. */
            id: string;
            /** @description The queue that the message came from. */
            queue: string;
            /** @description Why it was given up. */
            cause: string;
            /** @description Deliveries until then. */
            receives: number;
            /**
             * Format: date-time
             * @description When it was given up.
             */
            at: string;
            /**
             * @description Whether it can be taken up again: `safe-to-redrive`, `moved-on` (its operation has gone on without it), `expired`, `needs-decision`.
             * @enum {string}
             */
            verdict: "safe-to-redrive" | "moved-on" | "expired" | "needs-decision";
            /** @description The operation that it belongs to. */
            operation?: string;
            /** @description The step that it would have run. */
            step?: string;
            /** @description What the provider said of the operation when it was given up. */
            providerStatus?: string;
            /**
             * Format: date-time
             * @description When it was taken up again.
             */
            redrivenAt?: string;
            /**
             * Format: date-time
             * @description When it is forgotten.
             */
            retainUntil: string;
            /** @description The message as it came, cut at a bound; only where one letter is asked for. */
            body?: string;
        };
        /** @description Dead letters, without their bodies. */
        DeadLetterPage: {
            deadLetters: components["schemas"]["DeadLetter"][];
            /** @description Gives the next page; absent on the last one. */
            cursor?: string;
        };
        /** @description What is set on a deployment. Values that are left out stay; one at least is needed. */
        DeploymentChange: {
            /**
             * @description How the deployment stands.
             * @enum {string}
             */
            status?: "IN_PROGRESS" | "COMPLETE" | "FAILED";
            /** @description Why it stands so. */
            status_reason?: string;
            /** @description What the script answered. */
            output_values?: {
                [key: string]: components["schemas"]["Json"];
            };
        };
        /** @description What was read, in the vendor's words. Never a key. */
        DeviceProvisioningItems: {
            /**
             * @description What was asked for.
             * @enum {string}
             */
            read: "operations" | "name-availability" | "services" | "service" | "keys" | "key" | "certificates" | "certificate" | "skus" | "operation-result";
            /** @description One where one thing was asked for. */
            items: {
                [key: string]: unknown;
            }[];
        };
        /** @description Something that an operation changes at its provider. */
        Effect: {
            /** @description Name of the effect. */
            name: string;
            /** @description 1 for the first attempt; counts up each time absence was proven. */
            attempt: number;
            /**
             * @description `open`: a request is under way, or its answer was lost.
             * @enum {string}
             */
            state: "done" | "found-later" | "open";
            /**
             * Format: date-time
             * @description When the intent was written down.
             */
            since: string;
        };
        /** @description From where a sink goes on. */
        EnableSink: {
            /** @description With the next event instead of where it stopped. */
            skipMissed?: boolean;
        };
        /** @description A CloudEvents 1.0 event about one operation. */
        Event: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description The same for every delivery of one event. */
            id: string;
            /**
             * @description Drover itself.
             * @constant
             */
            source: "/drover";
            /**
             * @description What happened. The last part of a final event is the operation's outcome.
             * @enum {string}
             */
            type: "drover.operation.accepted" | "drover.operation.rejected" | "drover.operation.started" | "drover.operation.waiting" | "drover.operation.attention" | "drover.operation.resolved" | "drover.operation.succeeded" | "drover.operation.partially-succeeded" | "drover.operation.failed" | "drover.operation.cancelled" | "drover.operation.timed-out" | "drover.operation.unknown";
            /** @description Id of the operation. */
            subject: string;
            /**
             * Format: date-time
             * @description When it happened.
             */
            time: string;
            /**
             * @description Always JSON.
             * @constant
             */
            datacontenttype: "application/json";
            /** @description Orders the events of one subject; compare as text. */
            sequence: string;
            /** @description `id` of the request. */
            correlationid?: string;
            /** @description W3C trace context. */
            traceparent?: string;
            /** @description What is known. */
            data: {
                /** @description `type` of the request. */
                requestType?: string;
                /** @description Connection that the operation goes through. */
                connection?: string;
                /** @description Labels of the request. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Who submitted the request, as authenticated. */
                requestedBy?: string;
                /** @description Source of the request; of a part of one, the source of the whole. */
                requestSource?: string;
                /** @description Id of the operation that this one is a part of. */
                parent?: string;
                /**
                 * @description How the operation ended. `unknown` waits for a person to resolve it.
                 * @enum {string}
                 */
                outcome?: "succeeded" | "partially-succeeded" | "failed" | "cancelled" | "timed-out" | "unknown";
                /** @description One sentence for a person. */
                reason?: string;
                /** @description Stable, kebab-case: what programs match on. */
                code?: string;
                /** @description What happens next and when, or which command answers. */
                next?: string;
                /** @description What the provider said. */
                provider?: {
                    /** @description The provider's ids, by their names there. */
                    ids?: {
                        [key: string]: string;
                    };
                    /** @description The provider's ids of the requests, for its support desk. */
                    requestIds?: string[];
                    /** @description The provider's own status, verbatim. */
                    status?: string;
                };
                /** @description What the provider promises as the result; never a secret. */
                result?: {
                    [key: string]: components["schemas"]["Json"];
                };
                /** @description Everything that is wrong with a rejected request. */
                problems?: string[];
            };
        };
        /** @description What Event Grid sends, with the header `aeg-event-type: SubscriptionValidation`, before anything else. */
        EventGridSubscription: {
            /** @description What is asked for. */
            data: {
                /** @description The code to answer. */
                validationCode: string;
            };
        }[];
        /** @description The code that Event Grid wants to hear again before it sends anything. */
        EventGridValidation: {
            /** @description The code. */
            validationResponse: string;
        };
        /** @description Events in their order, as far as the client may see them. */
        EventPage: {
            events: components["schemas"]["StoredEvent"][];
            /** @description Give it as `after` to go on. It moves also where nothing is shown. */
            next: number;
        };
        /** @description What has become of an operation, for a person who has to decide whether to do something. */
        Explanation: {
            /** @description Id of the operation. */
            operation: string;
            /** @description One sentence: where it stands. */
            summary: string;
            /**
             * @description Whether anything is still to come.
             * @enum {string}
             */
            state: "active" | "ended";
            /**
             * @description How it ended.
             * @enum {string}
             */
            outcome?: "succeeded" | "partially-succeeded" | "failed" | "cancelled" | "timed-out" | "unknown";
            /** @description Its history. */
            timeline: components["schemas"]["HistoryEntry"][];
            /** @description What it waits for. */
            waitsFor?: {
                /** @description Stable, kebab-case. */
                code: string;
                /** @description A sentence for people. */
                detail: string;
                /**
                 * Format: date-time
                 * @description Since when.
                 */
                since: string;
                /** @description For how long, in milliseconds. */
                forMs: number;
            };
            /** @description What happens by itself; absent when nothing does any more. */
            next?: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description What. */
                what: string;
            };
            /** @description When it ends at the latest. */
            deadline: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description How long that is, in milliseconds; 0 when it is over. */
                leftMs: number;
            };
            /** @description Who acts next. */
            acts: {
                /**
                 * @description `provider`: it is waited for. `nobody`: nothing is left to do.
                 * @enum {string}
                 */
                who: "drover" | "provider" | "person" | "nobody";
                /** @description What a person can do, on the command line. */
                commands: string[];
            };
            /** @description Id of the operation that this one is a part of. */
            parent?: string;
            /** @description Of a parent: how its parts stand. */
            children?: {
                /** @description Targets of the request: one operation each. */
                total: number;
                /** @description How many have ended, by outcome. */
                ended: {
                    [key: string]: number;
                };
                /** @description How to see those that did not succeed. */
                commands: string[];
            };
            effects: components["schemas"]["Effect"][];
            /** @description What the provider said. */
            provider: {
                /** @description The provider's own status, verbatim. */
                status?: string;
                /** @description The provider's ids, by their names there. */
                ids: {
                    [key: string]: string;
                };
                /** @description The provider's ids of the requests, for its support desk. */
                requestIds: string[];
            };
        };
        /** @description How much longer an operation waits. */
        Extend: {
            /** @description As an ISO 8601 duration, such as PT6H. */
            by: string;
            /** @description Why, for the history. */
            note?: string;
        };
        /** @description A wait that was made longer. */
        ExtendAnswer: {
            /** @description Id of the operation: 52 characters. */
            operation: string;
            /**
             * Format: date-time
             * @description Until when the operation waits now.
             */
            waitsUntil: string;
        };
        /** @description What is kept of an operation after `retention.operations`, until its idempotency key may be used again. */
        ForgottenOperation: {
            /** @description Id of the operation: 52 characters. */
            id: string;
            /** @constant */
            state: "ended";
            /**
             * @description How it ended. `unknown` waits for a person to resolve it.
             * @enum {string}
             */
            outcome: "succeeded" | "partially-succeeded" | "failed" | "cancelled" | "timed-out" | "unknown";
            /**
             * Format: date-time
             * @description When it ended.
             */
            endedAt: string;
            /** @constant */
            forgotten: true;
        };
        /** @description How far it is with something that is handed over once. Never its content. */
        Handoff: {
            /** @description Id of the operation: 52 characters. */
            operation: string;
            /** @description Of the request. */
            type: string;
            /** @description The connection that it goes through. */
            connection: string;
            /**
             * @description `awaiting`: somebody has to stand ready. `minting`: it is being made. `offered`: it waits to be fetched, or was just fetched. `following`: it was fetched, and its use is followed. `removing`, `finishing`: what nobody has used is taken back.
             * @enum {string}
             */
            phase: "not-begun" | "awaiting" | "minting" | "offered" | "following" | "removing" | "finishing" | "ended";
            /** @description What it is. */
            what?: string;
            /** @description The name that it has to be saved under. From here on of the one that was minted last. */
            fileName?: string;
            /** @description Its length. */
            bytes?: number;
            /** @description Of its content, in hex. */
            sha256?: string;
            /**
             * Format: date-time
             * @description When it dies, fetched or not.
             */
            expiresAt?: string;
            /** @description Until then; 0 when it is dead. */
            secondsLeft?: number;
            /** @description What whoever has fetched it does with it. */
            instructions?: string;
            ready?: components["schemas"]["Ready"];
            /** @description Absent as long as it can be fetched. */
            fetched?: {
                /** @description By whom. */
                by: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description For how long it was good then. */
                secondsLeft: number;
            };
            waitingFor?: components["schemas"]["WaitingFor"];
            /**
             * @description How it ended. `unknown` waits for a person to resolve it.
             * @enum {string}
             */
            outcome?: "succeeded" | "partially-succeeded" | "failed" | "cancelled" | "timed-out" | "unknown";
            /** @description Why it ended so, stable and kebab-case. */
            code?: string;
            /** @description Why it ended so, as a sentence for people. */
            reason?: string;
            /**
             * Format: date-time
             * @description When the operation ends as timed-out unless it has ended before.
             */
            deadline: string;
            /**
             * Format: date-time
             * @description Of its last change. Give it as `since` to wait for the next one.
             */
            updatedAt: string;
            /** @description The command by which it goes on, for `drover` on a terminal. */
            next: string;
        };
        /** @description How this Drover is, and why. */
        Health: {
            /**
             * @description `degraded`: it answers, and something is wrong.
             * @enum {string}
             */
            status: "ok" | "degraded" | "unavailable";
            /** @description The release that runs. */
            version: string;
            /** @description Whether operations are carried on here. */
            working: boolean;
            /** @description Messages that are handled right now. */
            running: number;
            /**
             * Format: date-time
             * @description When it was started.
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description When the sweep last looked for what is overdue.
             */
            sweptAt?: string;
            /** @description Whether changes can be written down. */
            storage: {
                /** @constant */
                ok: true;
            } | {
                /** @constant */
                ok: false;
                /** @description Why not. */
                reason: string;
                /**
                 * Format: date-time
                 * @description Since when.
                 */
                since: string;
            };
            checks: {
                /** @description What was looked at. */
                name: string;
                /** @description Whether it is fine. */
                ok: boolean;
                /** @description A sentence for people. */
                detail: string;
                /**
                 * Format: date-time
                 * @description Since when it is not, where that is known.
                 */
                since?: string;
            }[];
        };
        /** @description What is not there any more. */
        HeatDeleted: {
            /** @description Its id. */
            id: string;
            /** @constant */
            deleted: true;
        };
        /** @description Request `drover.heat.deploy`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        HeatDeployRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.heat.deploy";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Name of a connection in the configuration. */
                connection: string;
                /** @description Time that the operation may take at most: 1 s to 400 d, default 60 min. ISO 8601, in days, hours, minutes and seconds. */
                deadline?: string;
                /** @description Up to 16 labels to find operations by. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Ids of the servers, each once. More than one makes a parent operation with a child for each. */
                servers: string[];
                /** @description Body of the vendor's request, with `config` beside `config_id` for a script that is sent along. */
                deployment: {
                    /** @description Id of a software config in the project; it serves as the source of a derived one. */
                    config_id?: string;
                    /** @description A software config to make, instead of `config_id`. */
                    config?: {
                        /** @description Ignored at the provider: a derived config is named after its operation. */
                        name?: string;
                        /** @description Chooses the runner on the server, such as script, ansible or puppet. */
                        group: string;
                        /** @description The script. */
                        config?: string;
                        /** @description What the script is given. */
                        inputs?: {
                            /** @description Name of the input. */
                            name: string;
                            /**
                             * @description Type of its value.
                             * @enum {string}
                             */
                            type?: "String" | "Number" | "CommaDelimitedList" | "Json" | "Boolean";
                            /** @description What it is for. */
                            description?: string;
                            /** @description Its value where `input_values` gives none. */
                            default?: components["schemas"]["Json"];
                            /** @description Read by stacks, not by deployments. */
                            replace_on_change?: boolean;
                        }[];
                        /** @description What the script answers. */
                        outputs?: {
                            /** @description Name of the output. */
                            name: string;
                            /**
                             * @description Type of its value.
                             * @enum {string}
                             */
                            type?: "String" | "Number" | "CommaDelimitedList" | "Json" | "Boolean";
                            /** @description What it says. */
                            description?: string;
                            /** @description Whether a value means that the deployment failed. */
                            error_output?: boolean;
                        }[];
                        /** @description Options of the runner. */
                        options?: {
                            [key: string]: components["schemas"]["Json"];
                        };
                    };
                    /** @description Given to the script as `deploy_action`; default CREATE. */
                    action?: string;
                    /** @description Values of inputs by their names. */
                    input_values?: {
                        [key: string]: {
                            /** @description Reference such as vault:app-db. */
                            $secret: string;
                        } | components["schemas"]["Json"];
                    };
                    /** @description A project that may read and write the deployment; the connection's `stackUserProjects` has to allow it. */
                    stack_user_project_id?: string;
                    /**
                     * @description Status that the deployment begins with; default IN_PROGRESS. With another one no server is waited for.
                     * @enum {string}
                     */
                    status?: "IN_PROGRESS" | "COMPLETE" | "FAILED";
                    /** @description Why it has that status. */
                    status_reason?: string;
                };
                /**
                 * @description `derived` (default): a config of its own for each run, so that a lost attempt can be made impossible. `as-is`: the very `config_id`, which a server runs once and never again.
                 * @enum {string}
                 */
                useConfig?: "derived" | "as-is";
                /**
                 * @description Who says that the script has run: `as-configured` (default) what the config declares, `temp-url` the server by a signed URL, `external` somebody with `drover operations report`.
                 * @enum {string}
                 */
                completion?: "as-configured" | "temp-url" | "external";
                /**
                 * @description When the deployment and its derived config are removed: `never`, `after-success` (default) or `always`.
                 * @enum {string}
                 */
                cleanUp?: "never" | "after-success" | "always";
                /**
                 * @description What events and results say of `output_values` and `status_reason`: their size and SHA-256 (`digest`, default), or the values (`full`).
                 * @enum {string}
                 */
                outputs?: "digest" | "full";
            };
        };
        /** @description A software deployment as Heat answers it, further fields included. */
        HeatDeployment: {
            /** @description Its id. */
            id: string;
            /** @description The server. */
            server_id?: string | null;
            /** @description The software config. */
            config_id?: string | null;
            /** @description Given to the script as `deploy_action`. */
            action?: string | null;
            /** @description IN_PROGRESS, COMPLETE or FAILED. */
            status?: unknown;
            /** @description Why. */
            status_reason?: unknown;
            /** @description What the script is given. */
            input_values?: unknown;
            /** @description What the script answered. */
            output_values?: unknown;
            /** @description When it was made, as Heat writes it. */
            creation_time?: string | null;
            /** @description When it was last changed, as Heat writes it. */
            updated_time?: string | null;
        };
        /** @description One deployment. */
        HeatDeploymentAnswer: {
            software_deployment: components["schemas"]["HeatDeployment"];
        };
        /** @description Deployments of the project, or of one server. */
        HeatDeployments: {
            software_deployments: components["schemas"]["HeatDeployment"][];
        };
        /** @description A software config as Heat answers it, further fields included. Values of inputs are not shown. */
        HeatSoftwareConfig: {
            /** @description Its id. */
            id: string;
            /** @description Its name. */
            name?: string | null;
            /** @description Chooses the runner on the server. */
            group?: string | null;
            /** @description The script. */
            config?: unknown;
            /** @description What the script is given. */
            inputs?: {
                /** @description Its name. */
                name: string;
            }[] | null;
            /** @description What the script answers. */
            outputs?: {
                /** @description Its name. */
                name: string;
            }[] | null;
            /** @description When it was made, as Heat writes it. */
            creation_time?: string | null;
        };
        /** @description One software config. */
        HeatSoftwareConfigAnswer: {
            software_config: components["schemas"]["HeatSoftwareConfig"];
        };
        /** @description Software configs of the project, without their scripts. */
        HeatSoftwareConfigs: {
            software_configs: components["schemas"]["HeatSoftwareConfig"][];
            /** @description False: there are more than are looked at. */
            complete?: boolean;
        };
        /** @description What happened to an operation, oldest first: the first entries and the newest ones. */
        History: {
            /** @description Id of the operation: 52 characters. */
            operation: string;
            history: components["schemas"]["HistoryEntry"][];
        };
        /** @description One thing that happened to an operation. */
        HistoryEntry: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Kebab-case: accepted, intent-written, effect-done, poll, waiting and others. */
            what: string;
            /** @description At which step. */
            step?: string;
            /** @description A sentence for people. */
            detail?: string;
            /** @description The provider's id of the request. */
            requestId?: string;
        };
        /** @description Any JSON value. */
        Json: unknown;
        /** @description A software config to make. */
        NewSoftwareConfig: {
            /** @description Ignored at the provider: a derived config is named after its operation. */
            name?: string;
            /** @description Chooses the runner on the server, such as script, ansible or puppet. */
            group?: "Heat::Ungrouped" | string;
            /** @description The script. */
            config?: string;
            /** @description What the script is given. */
            inputs?: {
                /** @description Name of the input. */
                name: string;
                /**
                 * @description Type of its value.
                 * @enum {string}
                 */
                type?: "String" | "Number" | "CommaDelimitedList" | "Json" | "Boolean";
                /** @description What it is for. */
                description?: string;
                /** @description Its value where `input_values` gives none. */
                default?: components["schemas"]["Json"];
                /** @description Read by stacks, not by deployments. */
                replace_on_change?: boolean;
            }[];
            /** @description What the script answers. */
            outputs?: {
                /** @description Name of the output. */
                name: string;
                /**
                 * @description Type of its value.
                 * @enum {string}
                 */
                type?: "String" | "Number" | "CommaDelimitedList" | "Json" | "Boolean";
                /** @description What it says. */
                description?: string;
                /** @description Whether a value means that the deployment failed. */
                error_output?: boolean;
            }[];
            /** @description Options of the runner. */
            options?: {
                [key: string]: components["schemas"]["Json"];
            };
        };
        /** @description Why something is done. May be left out. */
        Note: {
            /** @description Why, for the history. */
            note?: string;
        };
        /** @description An OpenAPI 3.1 document. */
        OpenApiDocument: {
            [key: string]: unknown;
        };
        /** @description An operation: one request, carried out step by step. */
        Operation: {
            /** @description Id of the operation: 52 characters. */
            id: string;
            /**
             * @description Whether anything is still to come.
             * @enum {string}
             */
            state: "active" | "ended";
            /**
             * @description How it ended. `unknown` waits for a person to resolve it.
             * @enum {string}
             */
            outcome?: "succeeded" | "partially-succeeded" | "failed" | "cancelled" | "timed-out" | "unknown";
            /** @description Why it ended so, as a sentence for people. */
            reason?: string;
            /** @description Why it ended so, stable and kebab-case. */
            code?: string;
            request: components["schemas"]["RequestKey"];
            /** @description The connection that it goes through. */
            connection: string;
            /** @description Labels of the request. */
            labels: {
                [key: string]: string;
            };
            /** @description The provider's part of the request, as it came. */
            fields: {
                [key: string]: components["schemas"]["Json"];
            };
            /** @description Who submitted it, as authenticated. */
            requestedBy: string;
            /** @description Id of the operation that this one is a part of. */
            parent?: string;
            children?: components["schemas"]["Children"];
            /** @description The step that it is at. */
            step: string;
            /** @description Changes that were written down; the newest row has the highest. */
            seq: number;
            waitingFor?: components["schemas"]["WaitingFor"];
            /**
             * Format: date-time
             * @description When the sweep looks after it.
             */
            wakeAt?: string;
            provider: components["schemas"]["ProviderState"];
            rotation?: components["schemas"]["Rotation"];
            pickup?: components["schemas"]["Pickup"];
            /** @description What the provider promises as the result; never a secret. */
            result?: {
                [key: string]: components["schemas"]["Json"];
            };
            /**
             * Format: date-time
             * @description When it ends as timed-out unless it has ended before.
             */
            deadline: string;
            /**
             * Format: date-time
             * @description When it was accepted.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description Of its last change. Give it as `since` to wait for the next one.
             */
            updatedAt: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            endedAt?: string;
            cancelRequested?: components["schemas"]["CancelRequested"];
            resolution?: components["schemas"]["Resolution"];
            /** @description Id of the dead letter at which it stopped. */
            deadLetter?: string;
            /** @description W3C trace context of the request. */
            traceparent?: string;
        };
        /** @description Request `drover.operation.cancel`. A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read. */
        OperationCancelRequest: {
            /**
             * @description Version of CloudEvents.
             * @constant
             */
            specversion: "1.0";
            /** @description Together with `source` the idempotency key: the same key is the same operation. */
            id: string;
            /** @description Who asks. Together with `id` the idempotency key. */
            source: string;
            /**
             * @description What is asked for.
             * @constant
             */
            type: "drover.operation.cancel";
            /** @description What it is about, in the requester's words; part of the content that must not change under one key. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            time?: string;
            /** @description JSON, when it is given at all. */
            datacontenttype?: string;
            /** @description What the operation needs. Unknown keys are refused. */
            data: {
                /** @description Id of the operation. */
                operation: string;
                /** @description Why, for the history. */
                note?: string;
            } | {
                /** @description `source` of the request that started the operation. */
                source: string;
                /** @description `id` of the request that started the operation. */
                id: string;
                /** @description Why, for the history. */
                note?: string;
            };
        };
        /** @description Operations, the newest first. A page may hold fewer than were asked for although others follow: go by `cursor`. */
        OperationPage: {
            operations: components["schemas"]["Operation"][];
            /** @description Gives the next page; absent on the last one. */
            cursor?: string;
        };
        /** @description Of an operation that hands something over: what people have said, and taken. Never what is handed over. */
        Pickup: {
            ready?: components["schemas"]["Ready"];
            /** @description Absent as long as it can be fetched. */
            fetched?: {
                /** @description By whom. */
                by: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description For how long it was good then. */
                secondsLeft: number;
            };
        };
        /** @description The provider calls that a request would begin with. Nothing was sent and nothing was written down. */
        Plan: {
            /** @description Id that the operation would have. */
            operation: string;
            /** @description The connection that it would go through. */
            connection: string;
            /** @description Time that it may take at most, in milliseconds. */
            deadlineMs: number;
            /** @description Of a request for several targets: how many. The calls are those for the first. */
            targets?: number;
            calls: components["schemas"]["PlannedCall"][];
        };
        /** @description A call of the provider. */
        PlannedCall: {
            /** @description HTTP method. */
            method: string;
            /** @description Where it is sent. Parts that are known only later stand in braces. */
            url: string;
            body?: components["schemas"]["Json"];
            /** @description Whether it changes anything. */
            changes: boolean;
        };
        /** @description A problem by RFC 9457. Programs match on `code`; `detail` is for people and may change. */
        Problem: {
            /** @description `urn:drover:problem:` and the code. */
            type: string;
            /** @description What the status means. */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /** @description One sentence: what was expected, what was found, and what helps. */
            detail: string;
            /** @description Stable, kebab-case. */
            code: string;
            /** @description One entry for each thing to mend: path and problem. */
            problems?: string[];
            provider?: components["schemas"]["ProviderProblem"];
        };
        /** @description Whose answer is behind a problem, with what its support desk asks for. */
        ProviderProblem: {
            /** @description The provider, such as heat. */
            name: string;
            /** @description What was asked of it. */
            operation?: string;
            /** @description The HTTP status of its answer. */
            status?: number;
            /** @description Its id of the request. */
            requestId?: string;
        };
        /** @description What the provider said last. */
        ProviderState: {
            /** @description The provider's own status, verbatim. */
            status?: string;
            /** @description The provider's ids, by their names there. */
            ids?: {
                [key: string]: string;
            };
        };
        /** @description What consumers read at one target. */
        PublishedKey: {
            /** @description Its name in the configuration. */
            target: string;
            /** @description Name of the secret there. */
            secret: string;
            /** @description The target's own name of the version. */
            version?: string;
            /**
             * @description The slot of the policy that has it, where that is known.
             * @enum {string}
             */
            slot?: "primary" | "secondary";
            /** @description Of the key: it tells keys apart and opens nothing. */
            fingerprint?: string;
            /**
             * Format: date-time
             * @description When consumers could first read it.
             */
            publishedAt?: string;
            /** @description Milliseconds since then. */
            ageMs?: number;
            /** @description Why it cannot be told. */
            problem?: string;
        };
        /** @description Who said last to stand ready. */
        Ready: {
            /** @description By whom. */
            by: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
        };
        /** @description What became of a word that somebody stands ready. */
        ReadyAnswer: {
            /** @description Id of the operation: 52 characters. */
            operation: string;
            /**
             * @description `ready` now, or `already`: nothing had to change.
             * @enum {string}
             */
            ready: "ready" | "already";
        };
        /** @description A request of a batch that was not taken. Sending it again changes nothing. */
        RefusedOfBatch: {
            /** @constant */
            status: "refused";
            /** @description Stable, kebab-case. */
            code: string;
            /** @description What is wrong. */
            detail: string;
        };
        /** @description Which events are handed over again. */
        ReplaySink: {
            /** @description The first one is the one after this position. */
            after: number;
            /** @description Position of the last one. */
            through: number;
        };
        /** @description How a deployment ended. */
        Report: {
            /**
             * @description How.
             * @enum {string}
             */
            status: "COMPLETE" | "FAILED";
            /** @description Why, for the history and the provider. */
            reason?: string;
        };
        /** @description A report that the provider has taken. The operation ends with the look that follows. */
        ReportAnswer: {
            /** @description Id of the operation: 52 characters. */
            operation: string;
            /**
             * @description As it was reported.
             * @enum {string}
             */
            reported: "COMPLETE" | "FAILED";
        };
        /** @description A request, told apart by its `type`. */
        Request: components["schemas"]["AzureSphereDeployRequest"] | components["schemas"]["HeatDeployRequest"] | components["schemas"]["AzureDpsRotatePolicyKeyRequest"] | components["schemas"]["AzureDpsPutServiceRequest"] | components["schemas"]["AzureDpsTagServiceRequest"] | components["schemas"]["AzureDpsDeleteServiceRequest"] | components["schemas"]["AzureDpsPutPolicyRequest"] | components["schemas"]["AzureDpsDeletePolicyRequest"] | components["schemas"]["AzureDpsRelinkHubRequest"] | components["schemas"]["AzureDpsPutCertificateRequest"] | components["schemas"]["AzureDpsVerifyCertificateRequest"] | components["schemas"]["AzureDpsDeleteCertificateRequest"] | components["schemas"]["AzureDpsReadRequest"] | components["schemas"]["AwsPanoramaProvisionRequest"] | components["schemas"]["AwsIotCreateProvisioningClaimRequest"] | components["schemas"]["OperationCancelRequest"];
        /** @description Several requests at once. Each is taken for itself. */
        RequestBatch: components["schemas"]["Request"][];
        /** @description The request behind an operation. `source` and `id` together are its idempotency key. */
        RequestKey: {
            /** @description Who asked. */
            source: string;
            /** @description The request's id. */
            id: string;
            /** @description What was asked for. */
            type: string;
            /** @description What it is about, in the requester's words. */
            subject?: string;
            /** @description When it was asked for, as the requester says. */
            time?: string;
            /** @description How long it was given, as an ISO 8601 duration, whether the request says so or not. */
            deadline?: string;
        };
        /** @description What a person found out of an operation that ended as unknown. */
        Resolution: {
            /**
             * @description What has happened.
             * @enum {string}
             */
            as: "succeeded" | "failed" | "not-done";
            /** @description By whom. */
            by: string;
            /** @description How that is known. */
            note: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
        };
        /** @description What has happened at the provider. */
        Resolve: {
            /**
             * @description What has happened.
             * @enum {string}
             */
            as: "succeeded" | "failed" | "not-done";
            /** @description How you know. */
            note: string;
        };
        /** @description A policy whose keys Drover rotates, or is to rotate. Never a key. */
        RotatedKey: {
            /** @description Name of the connection. */
            connection: string;
            /** @description Its resource group. */
            resourceGroup: string;
            /** @description The Device Provisioning Service. */
            service: string;
            /** @description The policy. */
            policy: string;
            /**
             * @description The slot of the policy that has it, where that is known.
             * @enum {string}
             */
            slot?: "primary" | "secondary";
            /** @description Of the published key, where all targets that can be read show the same. */
            fingerprint?: string;
            /**
             * Format: date-time
             * @description When it was published: the earliest time of all targets.
             */
            publishedAt?: string;
            /** @description Milliseconds since then. */
            ageMs?: number;
            /** @description Whether all targets show the same key; null where that cannot be told. */
            agree: boolean | null;
            /** @description One for each target. */
            targets: components["schemas"]["PublishedKey"][];
            /** @description The newest rotation that has ended. */
            lastRotation?: {
                /** @description Its id. */
                operation: string;
                /**
                 * @description How it ended. `unknown` waits for a person to resolve it.
                 * @enum {string}
                 */
                outcome: "succeeded" | "partially-succeeded" | "failed" | "cancelled" | "timed-out" | "unknown";
                /**
                 * Format: date-time
                 * @description When it ended.
                 */
                endedAt?: string;
            };
            /** @description The rotation that goes on. */
            underWay?: {
                /** @description Its id. */
                operation: string;
                /** @description How far it is, such as `grace`. */
                phase: string;
                /** @description Code of what it waits for. */
                waitingFor?: string;
                /**
                 * Format: date-time
                 * @description Until when, where it waits for a set time.
                 */
                waitsUntil?: string;
            };
            /** @description The schedule that rotates it next. */
            schedule?: string;
            /**
             * Format: date-time
             * @description The due date that comes next.
             */
            nextDue?: string;
            /**
             * Format: date-time
             * @description When that one runs.
             */
            nextRunAt?: string;
            /** @description Whether it should have been rotated by now; null: no schedule. */
            overdue: boolean | null;
            /**
             * Format: date-time
             * @description Since when.
             */
            overdueSince?: string;
            /** @description What keeps a target from being read. */
            problem?: string;
        };
        /** @description The keys whose rotations the client may see. */
        RotatedKeys: {
            /** @description By connection, resource group, service and policy. */
            keys: components["schemas"]["RotatedKey"][];
            /** @description False: of more rotations than are looked at, the oldest are left out. */
            complete: boolean;
        };
        /** @description How far a rotation of keys is. Never a key. */
        Rotation: {
            /** @description What it does, such as `grace`; the last one where it has ended. */
            phase: string;
            /**
             * @description The slot whose key is published.
             * @enum {string}
             */
            slot: "primary" | "secondary";
            /** @description Of the keys that the slots have by now. */
            fingerprints: {
                /** @description Of the primary key. */
                primary: string;
                /** @description Of the secondary key. */
                secondary: string;
            };
            /** @description Versions of the secrets that have the new key, by `target/secret`. */
            published: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description Until when the key before stays good.
             */
            graceUntil?: string;
            /** @description Consumers that use the new key. */
            acknowledged: string[];
            /** @description Consumers that have to say so before the key before goes. */
            awaited: string[];
        };
        /** @description A schedule of the configuration, and how it stands. */
        Schedule: {
            /** @description Its name. */
            name: string;
            /** @description False: nothing comes due. */
            enabled: boolean;
            /** @description From one due date to the next, ISO 8601. */
            every?: string;
            /** @description Due dates as five fields. */
            cron?: string;
            /** @description Of its due dates. */
            timeZone: string;
            /** @description When a run may begin. */
            window?: {
                /** @description Days on which it opens; default every day. */
                days?: ("Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun")[];
                /** @description When it opens, such as 02:00. */
                from: string;
                /** @description When it closes. */
                to: string;
                /** @description Of these times. */
                timeZone: string;
            };
            /**
             * Format: date-time
             * @description The last due date that was dealt with.
             */
            lastDue?: string;
            /**
             * Format: date-time
             * @description When it last asked for something.
             */
            lastRunAt?: string;
            /** @description The operation that it asked for last. */
            lastOperation?: string;
            /**
             * Format: date-time
             * @description The due date that comes next, or that waits for its window.
             */
            nextDue?: string;
            /**
             * Format: date-time
             * @description When that one runs: due date, window and jitter together.
             */
            nextRunAt?: string;
            /** @description Whether it should have run by now. */
            overdue: boolean;
            /** @description Due dates that were left out, for being missed. */
            skipped: number;
            /** @description Why its last request was not accepted. */
            lastProblem?: string;
        };
        /** @description The schedules whose operations the client may see. */
        Schedules: {
            schedules: components["schemas"]["Schedule"][];
        };
        /** @description Names of secrets. Values are never answered. */
        SecretNames: {
            /** @description In the order of the alphabet. */
            names: string[];
        };
        /** @description A secret that was removed. */
        SecretRemoved: {
            /** @description Name of the secret. */
            name: string;
            /** @constant */
            removed: true;
        };
        /** @description A secret that was stored. */
        SecretStored: {
            /** @description Name of the secret. */
            name: string;
            /** @constant */
            stored: true;
        };
        /** @description A receiver of events over HTTP. Its URL is shown nowhere but its host: paths often hide a token. */
        Sink: {
            /** @description Name in the configuration. */
            name: string;
            /** @description Host and port of its URL. */
            host: string;
            /**
             * @description `new`: nothing was handed over yet. `held`: the receiver asked for quiet. `disabled`: see `disabled`.
             * @enum {string}
             */
            state: "new" | "open" | "failing" | "held" | "disabled";
            /** @description Position on the bus up to which events were handed over. */
            position?: number;
            /** @description Events that it wants and that were not handed over; counted up to a bound. */
            waiting: number;
            /** @description Whether that bound was met. */
            waitingIsMore: boolean;
            /** @description The last delivery that was taken. */
            lastSuccess?: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description HTTP status. */
                status: number;
            };
            /** @description The last delivery that failed. */
            lastFailure?: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description HTTP status, where there was an answer. */
                status?: number;
                /** @description What went wrong. */
                why: string;
            };
            /**
             * Format: date-time
             * @description First failure after the last success.
             */
            failingSince?: string;
            /**
             * Format: date-time
             * @description The receiver asked for quiet until then.
             */
            heldUntil?: string;
            /** @description Why nothing is delivered. */
            disabled?: {
                /**
                 * Format: date-time
                 * @description Since when.
                 */
                at: string;
                /** @description Why. */
                reason: string;
            };
        };
        /** @description Where a sink goes on. */
        SinkPosition: {
            /** @description Name of the sink. */
            name: string;
            /** @description Position on the bus. */
            position: number;
        };
        /** @description How far one call of a replay came. */
        SinkReplay: {
            /** @description Name of the sink. */
            name: string;
            /** @description Events that were handed over again. */
            handed: number;
            /** @description Everything up to here was looked at. Not done: ask again with it as `after`. */
            position: number;
            /** @description Whether that was all. */
            done: boolean;
        };
        /** @description All sinks. */
        Sinks: {
            sinks: components["schemas"]["Sink"][];
        };
        /** @description A request that starts an operation. */
        StartingRequest: components["schemas"]["AzureSphereDeployRequest"] | components["schemas"]["HeatDeployRequest"] | components["schemas"]["AzureDpsRotatePolicyKeyRequest"] | components["schemas"]["AzureDpsPutServiceRequest"] | components["schemas"]["AzureDpsTagServiceRequest"] | components["schemas"]["AzureDpsDeleteServiceRequest"] | components["schemas"]["AzureDpsPutPolicyRequest"] | components["schemas"]["AzureDpsDeletePolicyRequest"] | components["schemas"]["AzureDpsRelinkHubRequest"] | components["schemas"]["AzureDpsPutCertificateRequest"] | components["schemas"]["AzureDpsVerifyCertificateRequest"] | components["schemas"]["AzureDpsDeleteCertificateRequest"] | components["schemas"]["AzureDpsReadRequest"] | components["schemas"]["AwsPanoramaProvisionRequest"] | components["schemas"]["AwsIotCreateProvisioningClaimRequest"];
        /** @description An event and its place in the order of all events. */
        StoredEvent: {
            /** @description Its place. */
            position: number;
            event: components["schemas"]["Event"];
        };
        /** @description What an operation waits for. */
        Supply: {
            /** @description The certificate that proves possession of the CA's key, as PEM text. Never a private key. */
            certificate: string;
        };
        /** @description Something that the operation has taken. It goes on with it. */
        SupplyAnswer: {
            /** @description Id of the operation: 52 characters. */
            operation: string;
            /**
             * @description Now, or before.
             * @enum {string}
             */
            supply: "supplied" | "already";
        };
        /** @description A request of a batch that was taken. */
        TakenOfBatch: {
            /** @description Id of the operation. */
            operation: string;
            /**
             * @description As for a single request; `absent`: a cancel of an operation that is not there.
             * @enum {string}
             */
            status: "accepted" | "duplicate" | "cancelling" | "absent";
            /** @description Path of the operation. */
            location: string;
        };
        /** @description What an operation waits for. */
        WaitingFor: {
            /** @description Stable, kebab-case, such as throttled, paused, turn or approval. */
            code: string;
            /** @description A sentence for people. */
            detail: string;
            /**
             * Format: date-time
             * @description Since when.
             */
            since: string;
            /** @description The operation that it waits for, where it is one. */
            who?: string;
        };
    };
    responses: {
        /** @description The body is no JSON, or a parameter is none that is known. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No credentials, or none that are known here. */
        Unauthorized: {
            headers: {
                /** @description How to show who you are. */
                "www-authenticate": string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description This client is not allowed to. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not there, or not for this client. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description What is there does not go with it. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is longer than it may be. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Another content type was expected. */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Readable, and not acceptable. `problems` names each thing to mend. */
        Refused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description More requests than this client may send in a minute. */
        TooManyRequests: {
            headers: {
                /** @description Seconds after which the same request may be sent again. */
                "retry-after": string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description More headers than a request may have. */
        TooManyHeaders: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A defect of Drover. Its log says more. */
        Defect: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The provider refused. `provider` says what it answered. */
        ProviderRefused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The storage or the provider cannot be used right now. */
        Unavailable: {
            headers: {
                /** @description Seconds after which the same request may be sent again. */
                "retry-after": string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    isAlive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Changes can be written down. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description They cannot. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
        };
    };
    readOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenApiDocument"];
                };
            };
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
        };
    };
    readHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
        };
    };
    readMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures. */
            200: {
                headers: {
                    /** @description Always `no-store`. */
                    "cache-control": string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description This platform sends its metrics instead. */
            404: components["responses"]["NotFound"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
        };
    };
    submitRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description `SubscriptionValidation` for the handshake of Event Grid. */
                "aeg-event-type"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["Request"];
                "application/json": components["schemas"]["Request"] | components["schemas"]["EventGridSubscription"];
                "application/cloudevents-batch+json": components["schemas"]["RequestBatch"];
            };
        };
        responses: {
            /** @description Known before, with the same content; or the code of Event Grid's handshake. */
            200: {
                headers: {
                    /** @description Present when an operation was asked for: its path. */
                    location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acceptance"] | components["schemas"]["EventGridValidation"];
                };
            };
            /** @description Taken. Of a batch: what became of each request. */
            202: {
                headers: {
                    /** @description Present when an operation was asked for: its path. */
                    location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acceptance"] | components["schemas"]["BatchAcceptance"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client may not ask for that source, type or connection. */
            403: components["responses"]["Forbidden"];
            /** @description A cancel of an operation that is not there, or not for this client. */
            404: components["responses"]["NotFound"];
            /** @description `key-conflict`: the key was used before, with other content. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description One of the content types of this route was expected. */
            415: components["responses"]["UnsupportedMediaType"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses, or a signature cannot be checked right now. The same request again is safe. */
            503: components["responses"]["Unavailable"];
        };
    };
    askWhetherToSend: {
        parameters: {
            query?: never;
            header?: {
                /** @description Name of the sender, like a host's. */
                "webhook-request-origin"?: string;
                /** @description Requests that it would like to send in a minute. */
                "webhook-request-rate"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Answered to everybody; only the headers differ. */
            200: {
                headers: {
                    /** @description Methods that this path knows. */
                    allow: string;
                    /** @description Present when the sender may: its name again. */
                    "webhook-allowed-origin"?: string;
                    /** @description Present when the sender may: requests in a minute. */
                    "webhook-allowed-rate"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
        };
    };
    planRequest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["StartingRequest"];
                "application/json": components["schemas"]["StartingRequest"];
            };
        };
        responses: {
            /** @description The calls. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client may not ask for that source, type or connection. */
            403: components["responses"]["Forbidden"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description application/cloudevents+json or application/json was expected. */
            415: components["responses"]["UnsupportedMediaType"];
            /** @description Not acceptable as a request, or a cancel: it plans no calls. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
        };
    };
    listOperations: {
        parameters: {
            query?: {
                /** @description Whether anything is still to come. */
                state?: "active" | "ended";
                /** @description How they ended. */
                outcome?: "succeeded" | "partially-succeeded" | "failed" | "cancelled" | "timed-out" | "unknown";
                /** @description Type of the request, such as drover.heat.deploy. */
                type?: string;
                /** @description Name of the connection. */
                connection?: string;
                /** @description A label of the request. */
                label?: string;
                /** @description Id of the operation that they are parts of, or its beginning. */
                parent?: string;
                /** @description Of the page before. */
                cursor?: string;
                /** @description Operations on one page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationPage"];
                };
            };
            /** @description A parameter that is not known or cannot be read, or `invalid-cursor`. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under `parent`. */
            404: components["responses"]["NotFound"];
            /** @description Several operations begin with `parent`. */
            409: components["responses"]["Conflict"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    readOperation: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a change; needs `since`. */
                wait?: number;
                /** @description `updatedAt` of the last answer. An empty text is answered at once. */
                since?: string;
            };
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation, or what is kept of a forgotten one. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["ForgottenOperation"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. */
            404: components["responses"]["NotFound"];
            /** @description Several operations begin with that text. */
            409: components["responses"]["Conflict"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    readHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The history. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. `forgotten`: only its outcome is kept. */
            404: components["responses"]["NotFound"];
            /** @description Several operations begin with that text. */
            409: components["responses"]["Conflict"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    explainOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The explanation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. `forgotten`: only its outcome is kept. */
            404: components["responses"]["NotFound"];
            /** @description Several operations begin with that text. */
            409: components["responses"]["Conflict"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    cancelOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Asked for before, or ended already. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelAnswer"];
                };
            };
            /** @description Asked for. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelAnswer"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. */
            404: components["responses"]["NotFound"];
            /** @description Several operations begin with that text. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    abortOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Asked for before, or ended already. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelAnswer"];
                };
            };
            /** @description Asked for. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelAnswer"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. */
            404: components["responses"]["NotFound"];
            /** @description Several operations begin with that text. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    extendOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Extend"];
            };
        };
        responses: {
            /** @description It waits longer. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExtendAnswer"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. `forgotten`: only its outcome is kept. */
            404: components["responses"]["NotFound"];
            /** @description `not-waiting`: it does not wait for a set time. `too-long`: no operation may take that long. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    acknowledgeOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Acknowledge"];
            };
        };
        responses: {
            /** @description Acknowledged before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcknowledgementAnswer"];
                };
            };
            /** @description Acknowledged. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcknowledgementAnswer"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. `forgotten`: only its outcome is kept. */
            404: components["responses"]["NotFound"];
            /** @description `no-rotation`, `unknown-consumer`, `not-published` or `operation-ended`: nobody waits for that word. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    resolveOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Resolve"];
            };
        };
        responses: {
            /** @description The operation, with its resolution. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. */
            404: components["responses"]["NotFound"];
            /** @description Its outcome is not `unknown`, or is resolved already. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    approveOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Approved before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalAnswer"];
                };
            };
            /** @description Approved. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalAnswer"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. */
            404: components["responses"]["NotFound"];
            /** @description `not-to-approve`: it needs no approval, has ended, or was asked for by the same client. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    reportOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Report"];
            };
        };
        responses: {
            /** @description The provider has taken it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportAnswer"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. `forgotten`: only its outcome is kept. */
            404: components["responses"]["NotFound"];
            /** @description `operation-ended`, `is-parent`, `not-started` or `no-report`: there is nothing that a report could end. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The provider refused. */
            502: components["responses"]["ProviderRefused"];
            /** @description The storage refuses, or the provider cannot be reached. */
            503: components["responses"]["Unavailable"];
        };
    };
    supplyOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Supply"];
            };
        };
        responses: {
            /** @description Handed over before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SupplyAnswer"];
                };
            };
            /** @description Taken. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SupplyAnswer"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. `forgotten`: only its outcome is kept. */
            404: components["responses"]["NotFound"];
            /** @description `operation-ended` or `not-waiting`: nothing waits for a certificate. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    sayReady: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation: 52 characters. Its first 8 or more do for clients that see everything. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Said before, or it waits to be fetched already. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadyAnswer"];
                };
            };
            /** @description It is minted as soon as it can be. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadyAnswer"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to, or is none of the `installers` that the request names. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. `forgotten`: only its outcome is kept. */
            404: components["responses"]["NotFound"];
            /** @description `nothing-to-hand-over`, `not-begun`, `operation-ended` or `ending`: there is nothing, not yet, or nothing any more. `fetched-by-another`: somebody else has it, and it still lives. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    readHandoff: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a change; needs `since`. */
                wait?: number;
                /** @description `updatedAt` of the last answer. An empty text is answered at once. */
                since?: string;
            };
            header?: never;
            path: {
                /** @description Id of the operation that hands it over: 52 characters, or its first 8 or more as elsewhere. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Handoff"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. `forgotten`: only its outcome is kept. */
            404: components["responses"]["NotFound"];
            /** @description `nothing-to-hand-over`: an operation of another type. Or: several begin with that text. */
            409: components["responses"]["Conflict"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    fetchHandoff: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation that hands it over: 52 characters, or its first 8 or more as elsewhere. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The content. No other answer holds it. */
            200: {
                headers: {
                    /** @description The name to save it under. */
                    "content-disposition": string;
                    /** @description SHA-256 of the content, by RFC 9530. */
                    "content-digest": string;
                    /** @description When it dies. */
                    "x-drover-expires-at": string;
                    /** @description For how long it was good when it was given out. */
                    "x-drover-seconds-left": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": unknown;
                    "application/x-pem-file": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description A parameter: there are none. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to, or is none of the `installers` that the request names. */
            403: components["responses"]["Forbidden"];
            /** @description No operation under that id, or none that this client may see. `forgotten`: only its outcome is kept. */
            404: components["responses"]["NotFound"];
            /** @description `nothing-to-hand-over`, `not-begun`, `operation-ended` or `ending`: there is nothing, not yet, or nothing any more. `not-minted`, `expired` or `gone`: say ready. `fetched-already`: it is served once. */
            409: components["responses"]["Conflict"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    readEvents: {
        parameters: {
            query?: {
                /** @description The first event is the one after this position. */
                after?: number;
                /** @description Events on one page; a stream has none. */
                limit?: number;
                /** @description Seconds to wait for the first event of an empty page. */
                wait?: number;
            };
            header?: {
                /** @description Position at which a stream goes on; counts for more than `after`. */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or a stream that does not end. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                    "text/event-stream": string;
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description This platform hands its events to a bus, which is read elsewhere. */
            404: components["responses"]["NotFound"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    listDeadLetters: {
        parameters: {
            query?: {
                /** @description Of the page before. */
                cursor?: string;
                /** @description Letters on one page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    readDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the dead letter. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The letter. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetter"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No dead letter under that id, or none that this client may see. */
            404: components["responses"]["NotFound"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    redriveDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the dead letter. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken up, without its body. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetter"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No dead letter under that id, or none that this client may see. */
            404: components["responses"]["NotFound"];
            /** @description Its operation has ended, or the letter was cut and cannot be sent again. */
            409: components["responses"]["Conflict"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    listSinks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them; none for a client that does not see all events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sinks"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    enableSink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the sink. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EnableSink"];
            };
        };
        responses: {
            /** @description Enabled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SinkPosition"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No sink of that name. Or it has not begun yet. */
            404: components["responses"]["NotFound"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    replaySink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the sink. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplaySink"];
            };
        };
        responses: {
            /** @description Handed over. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SinkReplay"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No sink of that name. */
            404: components["responses"]["NotFound"];
            /** @description `sink-disabled`: enable it first. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    listSchedules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those whose operations the client may see. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedules"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    runSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key is the same run: send it again when an answer was lost. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description Name of the schedule. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Run before, under the same key. */
            200: {
                headers: {
                    /** @description Path of the operation. */
                    location: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acceptance"];
                };
            };
            /** @description Asked for. */
            202: {
                headers: {
                    /** @description Path of the operation. */
                    location: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acceptance"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No schedule of that name, or none that this client may see. */
            404: components["responses"]["NotFound"];
            /** @description `key-conflict`: the schedule asked for something else when the key was used before. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those whose rotations the client may see. Never a key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedKeys"];
                };
            };
            /** @description A parameter: there are none. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    listConnections: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connections"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    pauseConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Paused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or none that this client may know of. */
            404: components["responses"]["NotFound"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    resumeConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Not paused any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or none that this client may know of. */
            404: components["responses"]["NotFound"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description Readable, and not acceptable. `problems` names each thing to mend. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The storage refuses. */
            503: components["responses"]["Unavailable"];
        };
    };
    checkConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was looked at, also where it is not fine. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionCheck"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or none that this client may know of. */
            404: components["responses"]["NotFound"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
        };
    };
    listHeatConfigs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The configs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatSoftwareConfigs"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or nothing under that id at its Heat. */
            404: components["responses"]["NotFound"];
            /** @description `other-kind`: the connection is no Heat. Or an id that Heat cannot have. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description Heat refused. */
            502: components["responses"]["ProviderRefused"];
            /** @description Heat cannot be reached, or is busy. */
            503: components["responses"]["Unavailable"];
        };
    };
    createHeatConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSoftwareConfig"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatSoftwareConfigAnswer"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or nothing under that id at its Heat. */
            404: components["responses"]["NotFound"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description `other-kind`: the connection is no Heat. Or an id that Heat cannot have. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description Heat refused. */
            502: components["responses"]["ProviderRefused"];
            /** @description Heat cannot be reached, or is busy. */
            503: components["responses"]["Unavailable"];
        };
    };
    readHeatConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
                /** @description Heat's id of the software config. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The config. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatSoftwareConfigAnswer"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or nothing under that id at its Heat. */
            404: components["responses"]["NotFound"];
            /** @description `other-kind`: the connection is no Heat. Or an id that Heat cannot have. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description Heat refused. */
            502: components["responses"]["ProviderRefused"];
            /** @description Heat cannot be reached, or is busy. */
            503: components["responses"]["Unavailable"];
        };
    };
    deleteHeatConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
                /** @description Heat's id of the software config. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Not there any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatDeleted"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or nothing under that id at its Heat. */
            404: components["responses"]["NotFound"];
            /** @description `config-in-use`: a deployment names it. */
            409: components["responses"]["Conflict"];
            /** @description `other-kind`: the connection is no Heat. Or an id that Heat cannot have. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description Heat refused. */
            502: components["responses"]["ProviderRefused"];
            /** @description Heat cannot be reached, or is busy. */
            503: components["responses"]["Unavailable"];
        };
    };
    listHeatDeployments: {
        parameters: {
            query?: {
                /** @description Id of the server. */
                server?: string;
            };
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deployments. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatDeployments"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or nothing under that id at its Heat. */
            404: components["responses"]["NotFound"];
            /** @description `other-kind`: the connection is no Heat. Or an id that Heat cannot have. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description Heat refused. */
            502: components["responses"]["ProviderRefused"];
            /** @description Heat cannot be reached, or is busy. */
            503: components["responses"]["Unavailable"];
        };
    };
    readHeatDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
                /** @description Heat's id of the deployment. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deployment. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatDeploymentAnswer"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or nothing under that id at its Heat. */
            404: components["responses"]["NotFound"];
            /** @description `other-kind`: the connection is no Heat. Or an id that Heat cannot have. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description Heat refused. */
            502: components["responses"]["ProviderRefused"];
            /** @description Heat cannot be reached, or is busy. */
            503: components["responses"]["Unavailable"];
        };
    };
    changeHeatDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
                /** @description Heat's id of the deployment. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeploymentChange"];
            };
        };
        responses: {
            /** @description The deployment as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatDeploymentAnswer"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or nothing under that id at its Heat. */
            404: components["responses"]["NotFound"];
            /** @description Heat has it in a state that does not go with the change. */
            409: components["responses"]["Conflict"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description `other-kind`: the connection is no Heat. Or an id that Heat cannot have. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description Heat refused. */
            502: components["responses"]["ProviderRefused"];
            /** @description Heat cannot be reached, or is busy. */
            503: components["responses"]["Unavailable"];
        };
    };
    deleteHeatDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
                /** @description Heat's id of the deployment. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Not there any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatDeleted"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or nothing under that id at its Heat. */
            404: components["responses"]["NotFound"];
            /** @description Heat has it in a state that does not go with it. */
            409: components["responses"]["Conflict"];
            /** @description `other-kind`: the connection is no Heat. Or an id that Heat cannot have. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description Heat refused. */
            502: components["responses"]["ProviderRefused"];
            /** @description Heat cannot be reached, or is busy. */
            503: components["responses"]["Unavailable"];
        };
    };
    readDeviceProvisioning: {
        parameters: {
            query?: {
                /** @description Its resource group. */
                resourceGroup?: string;
                /** @description The service. */
                service?: string;
                /** @description The policy, for `key`. */
                policy?: string;
                /** @description The certificate, for `certificate`. */
                certificate?: string;
                /** @description The operation, for `operation-result`. */
                operationId?: string;
            };
            header?: never;
            path: {
                /** @description Name of the connection. */
                name: string;
                /** @description What is read: operations, name-availability, services, service, keys, key, certificates, certificate, skus, operation-result. */
                read: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceProvisioningItems"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No connection of that name, or nothing of that name there. */
            404: components["responses"]["NotFound"];
            /** @description `other-kind`: the connection is none to Device Provisioning Services. Or a name is missing, or cannot be one. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
            /** @description The provider refused. */
            502: components["responses"]["ProviderRefused"];
            /** @description The provider cannot be reached, or is busy. */
            503: components["responses"]["Unavailable"];
        };
    };
    listSecrets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The names. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretNames"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description This platform has a vault of its own. */
            404: components["responses"]["NotFound"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
        };
    };
    storeSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the secret: at most 128 letters, digits, . _ - */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/plain": string;
            };
        };
        responses: {
            /** @description Stored. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretStored"];
                };
            };
            /** @description The body is no JSON, or a parameter is none that is known. */
            400: components["responses"]["BadRequest"];
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description This platform has a vault of its own. */
            404: components["responses"]["NotFound"];
            /** @description The body is longer than it may be. */
            413: components["responses"]["TooLarge"];
            /** @description text/plain was expected. */
            415: components["responses"]["UnsupportedMediaType"];
            /** @description No name that a secret can have. Or a secret that is empty. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
        };
    };
    removeSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the secret: at most 128 letters, digits, . _ - */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretRemoved"];
                };
            };
            /** @description No credentials, or none that are known here. */
            401: components["responses"]["Unauthorized"];
            /** @description This client is not allowed to. */
            403: components["responses"]["Forbidden"];
            /** @description No secret under that name. Or: This platform has a vault of its own. */
            404: components["responses"]["NotFound"];
            /** @description No name that a secret can have. */
            422: components["responses"]["Refused"];
            /** @description More requests than this client may send in a minute. */
            429: components["responses"]["TooManyRequests"];
            /** @description More headers than a request may have. */
            431: components["responses"]["TooManyHeaders"];
            /** @description A defect of Drover. Its log says more. */
            500: components["responses"]["Defect"];
        };
    };
}
