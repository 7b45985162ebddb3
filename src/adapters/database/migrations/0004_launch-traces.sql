CREATE TABLE "launch_reports" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"organization_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"diagnosis" jsonb NOT NULL
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
ALTER TABLE "audit_events" ADD COLUMN "patient_hash" text;--> statement-breakpoint
CREATE INDEX "launch_reports_by_expiry" ON "launch_reports" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "launch_traces_by_organization" ON "launch_traces" USING btree ("organization_id","started_at");--> statement-breakpoint
CREATE INDEX "launch_traces_by_start" ON "launch_traces" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "launch_traces_by_support_code" ON "launch_traces" USING gin ("support_codes");--> statement-breakpoint
CREATE INDEX "audit_events_by_time" ON "audit_events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "audit_events_by_patient" ON "audit_events" USING btree ("patient_hash");--> statement-breakpoint
-- One deletion is allowed: the retention job's, which says so for its own transaction and takes old rows only.
CREATE OR REPLACE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' AND current_setting('vectorcare.audit_retention', true) = 'on' THEN
		RETURN NULL;
	END IF;
	RAISE EXCEPTION 'audit_events is append only';
END
$$;
--> statement-breakpoint
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
