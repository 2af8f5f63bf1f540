// Runs the SQL that comes on standard input, statement by statement, and writes the rows of the
// last one as JSON: node query.mjs < statements.sql

import { DuckDBInstance } from "@duckdb/node-api";
import { readFileSync } from "node:fs";

const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
const connection = await instance.connect();
const reader = await connection.runAndReadAll(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(reader.getRowObjectsJson()));
