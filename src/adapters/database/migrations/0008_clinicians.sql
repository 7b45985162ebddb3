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
ALTER TABLE "clinicians" ADD CONSTRAINT "clinicians_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ehr_identities" ADD CONSTRAINT "ehr_identities_of_clinician" FOREIGN KEY ("organization_id","clinician_id") REFERENCES "public"."clinicians"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ehr_identities" ADD CONSTRAINT "ehr_identities_of_organization" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "clinicians_by_launch" ON "clinicians" USING btree ("organization_id","last_launch_at");