-- Rows are of the last thirty days and come again with the next fetch.
DELETE FROM "jwks_fetches";--> statement-breakpoint
ALTER TABLE "jwks_fetches" DROP CONSTRAINT "jwks_fetches_address_user_agent_pk";--> statement-breakpoint
ALTER TABLE "jwks_fetches" ADD COLUMN "visitor" text PRIMARY KEY NOT NULL;--> statement-breakpoint
CREATE INDEX "jwks_fetches_by_time" ON "jwks_fetches" USING btree ("at");
