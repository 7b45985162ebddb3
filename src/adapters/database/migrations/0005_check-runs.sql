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
ALTER TABLE "organizations" ADD COLUMN "draft" jsonb;--> statement-breakpoint
CREATE INDEX "check_runs_by_organization" ON "check_runs" USING btree ("organization_id","at");