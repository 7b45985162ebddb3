CREATE TABLE "jwks_fetches" (
	"address" text NOT NULL,
	"user_agent" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"fetches" integer NOT NULL,
	CONSTRAINT "jwks_fetches_address_user_agent_pk" PRIMARY KEY("address","user_agent")
);
--> statement-breakpoint
CREATE TABLE "key_uses" (
	"organization_id" text NOT NULL,
	"kid" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "key_uses_organization_id_kid_pk" PRIMARY KEY("organization_id","kid")
);
