/** Where drizzle-kit finds the tables and writes migrations: `npx drizzle-kit generate --name what-changed`. */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/**/store.ts', './src/**/*-store.ts'],
  out: './src/adapters/database/migrations',
});
