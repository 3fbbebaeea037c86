// Loaded before Azurite (node --require). The parent holds the other end of stdin and never writes
// to it: when it ends, the parent is gone, however it died, and Azurite shuts down in good order.
process.stdin.resume();
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM"));
process.stdin.on("error", () => process.kill(process.pid, "SIGTERM"));
