CREATE TABLE "check_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"by" text NOT NULL,
	"occasion" text NOT NULL,
	"fhir_url" text NOT NULL,
	"good" boolean NOT NULL,
	"results" jsonb NOT NULL,
	"summary" jsonb NOT NULL,
	"state" jsonb NOT NULL,
	"differences" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "launch_traces" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"support_codes" text[] NOT NULL,
	"user_hash" text,
	"patient_hash" text,
	"framed" boolean,
	"cookie_mode" text,
	"steps" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"fhir_base_url" text NOT NULL,
	"client_id" text NOT NULL,
	"enabled" boolean NOT NULL,
	"connection_version" integer NOT NULL,
	"settings" jsonb NOT NULL,
	"discovered" jsonb,
	"draft" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "shared_reports" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"organization_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"content" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"organization_id" text,
	"password_hash" text,
	"must_change_password" boolean NOT NULL,
	"password_expires_at" timestamp (3) with time zone,
	"sso_subject" text,
	"session_generation" integer NOT NULL,
	"disabled_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"last_sign_in_at" timestamp (3) with time zone,
	CONSTRAINT "users_email_unique" UNIQUE("email"),
	CONSTRAINT "users_sso_subject_unique" UNIQUE("sso_subject"),
	CONSTRAINT "users_email_is_lower_case" CHECK ("users"."email" = lower("users"."email")),
	CONSTRAINT "users_role_has_its_scope" CHECK (("users"."role" = 'operator' and "users"."organization_id" is null) or ("users"."role" = 'administrator' and "users"."organization_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"event" text NOT NULL,
	"organization_id" text,
	"actor" text NOT NULL,
	"address" text,
	"patient" text,
	"patient_hash" text,
	"launch" text,
	"support_code" text,
	"detail" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "clinicians" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"details" text NOT NULL,
	"code_hash" text,
	"code_expires_at" timestamp (3) with time zone,
	"code_used_at" timestamp (3) with time zone,
	"conflict_at" timestamp (3) with time zone,
	"disabled_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"last_launch_at" timestamp (3) with time zone,
	CONSTRAINT "clinicians_of_organization" UNIQUE("organization_id","id"),
	CONSTRAINT "clinicians_code" UNIQUE("organization_id","code_hash")
);
--> statement-breakpoint
CREATE TABLE "ehr_identities" (
	"organization_id" text NOT NULL,
	"lookup" text NOT NULL,
	"clinician_id" uuid,
	"reference" text,
	"refused_at" timestamp (3) with time zone,
	"details" text NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"linked_at" timestamp (3) with time zone,
	"linked_by" text,
	CONSTRAINT "ehr_identities_organization_id_lookup_pk" PRIMARY KEY("organization_id","lookup"),
	CONSTRAINT "ehr_identities_clinician" UNIQUE("organization_id","clinician_id"),
	CONSTRAINT "ehr_identities_reference" UNIQUE("organization_id","reference")
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"alg" text NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"sealed_private_jwk" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"activates_at" timestamp (3) with time zone NOT NULL,
	"retires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "jwks_fetches" (
	"visitor" text PRIMARY KEY NOT NULL,
	"address" text NOT NULL,
	"user_agent" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"fetches" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "key_uses" (
	"organization_id" text NOT NULL,
	"kid" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "key_uses_organization_id_kid_pk" PRIMARY KEY("organization_id","kid")
);
--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "clinicians" ADD CONSTRAINT "clinicians_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ehr_identities" ADD CONSTRAINT "ehr_identities_of_clinician" FOREIGN KEY ("organization_id","clinician_id") REFERENCES "public"."clinicians"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ehr_identities" ADD CONSTRAINT "ehr_identities_of_organization" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "check_runs_by_organization" ON "check_runs" USING btree ("organization_id","at");--> statement-breakpoint
CREATE INDEX "launch_traces_by_organization" ON "launch_traces" USING btree ("organization_id","started_at");--> statement-breakpoint
CREATE INDEX "launch_traces_by_start" ON "launch_traces" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "launch_traces_by_support_code" ON "launch_traces" USING gin ("support_codes");--> statement-breakpoint
CREATE INDEX "shared_reports_by_expiry" ON "shared_reports" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "audit_events_by_organization" ON "audit_events" USING btree ("organization_id","at");--> statement-breakpoint
CREATE INDEX "audit_events_by_time" ON "audit_events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "audit_events_by_patient" ON "audit_events" USING btree ("patient_hash");--> statement-breakpoint
CREATE INDEX "clinicians_by_launch" ON "clinicians" USING btree ("organization_id","last_launch_at");--> statement-breakpoint
CREATE INDEX "jwks_fetches_by_time" ON "jwks_fetches" USING btree ("at");--> statement-breakpoint
CREATE INDEX "launch_traces_by_user" ON "launch_traces" USING btree ("user_hash","started_at");--> statement-breakpoint
CREATE INDEX "launch_traces_by_patient" ON "launch_traces" USING btree ("patient_hash");--> statement-breakpoint
CREATE INDEX "launch_traces_by_failed_step" ON "launch_traces" USING gin ((jsonb_path_query_array("steps", '$[*] ? (@.outcome == "failed").name')));--> statement-breakpoint
CREATE INDEX "launch_traces_under_way" ON "launch_traces" USING btree ("started_at") WHERE "launch_traces"."outcome" = 'under way';--> statement-breakpoint
CREATE INDEX "audit_events_by_actor" ON "audit_events" USING btree ("actor","at");--> statement-breakpoint
CREATE INDEX "audit_events_by_support_code" ON "audit_events" USING btree ("support_code");--> statement-breakpoint
CREATE INDEX "audit_events_by_clinician" ON "audit_events" USING btree ((coalesce("detail"->>'clinician', "detail"->>'reference'))) WHERE (coalesce("audit_events"."detail"->>'clinician', "audit_events"."detail"->>'reference')) is not null;--> statement-breakpoint
-- The audit trail is append only. One deletion is allowed: the retention job says so for its own transaction.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' AND current_setting('vectorcare.audit_retention', true) = 'on' THEN
		RETURN NULL;
	END IF;
	RAISE EXCEPTION 'audit_events is append only';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_events"
FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
--> statement-breakpoint
-- The retention job takes old rows only.
CREATE FUNCTION "refuse_young_audit_deletion"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD."at" > now() - interval '30 days' THEN
		RAISE EXCEPTION 'audit_events is append only: younger than 30 days';
	END IF;
	RETURN OLD;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "audit_events_old_rows_only" BEFORE DELETE ON "audit_events"
FOR EACH ROW EXECUTE FUNCTION "refuse_young_audit_deletion"();
