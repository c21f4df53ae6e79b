// What is set outside of the program, .env included. server.ts imports it first: packages look at NODE_ENV while they are loaded.
import { existsSync } from 'node:fs';

if (existsSync('.env')) process.loadEnvFile('.env');
// npm run dev runs the sources, npm start what was built of them
process.env.NODE_ENV ||= import.meta.filename.endsWith('.ts') ? 'development' : 'production';
