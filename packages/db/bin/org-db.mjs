#!/usr/bin/env node
// A file of its own, so that installing the workspace can link it before the first build.
import "../dist/cli/main.js";
