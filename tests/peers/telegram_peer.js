// A foreign Telegram server, telegram-test-api: `node telegram_peer.js PORT` serves until it is stopped.
const TelegramServer = require("telegram-test-api");

new TelegramServer({ port: Number(process.argv[2]), host: "127.0.0.1" }).start().then(() => console.log("up"));
