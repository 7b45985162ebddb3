DROP TABLE "check_reports" CASCADE;--> statement-breakpoint
DROP TABLE "launch_reports" CASCADE;