// A client that others wrote, for as long as one conversation: connects, lists all there is, makes the calls it is
// told to make, and prints what came of it as one JSON object.
//
//   node client.mjs SETUP
//
// SETUP, as JSON:
//   sdk    "v1" or "v2" of the TypeScript SDK
//   mode   of v2: "legacy" (initialize), "auto" (probes first), or a revision to insist on
//   url    of a server over HTTP; or
//   stdio  {command, args, env} of one to start
//   calls  [{name, arguments}] of tools
//   file   a path to read as a resource

const REVISION = /^\d{4}-\d{2}-\d{2}$/;

const setup = JSON.parse(process.argv[2]);
const client = await connect(setup);
try {
  console.log(JSON.stringify(await converse(client, setup)));
} finally {
  await client.close();
}

async function connect({ sdk, mode, url, stdio }) {
  const { Client, StdioClientTransport, StreamableHTTPClientTransport } = await load(sdk);
  const options = sdk === "v2" ? { versionNegotiation: { mode: REVISION.test(mode) ? { pin: mode } : mode } } : {};
  const client = new Client({ name: "codeintel-test", version: "1" }, options);
  await client.connect(url ? new StreamableHTTPClientTransport(new URL(url)) : new StdioClientTransport(stdio));
  return client;
}

async function load(sdk) {
  const modules =
    sdk === "v1"
      ? ["sdk/client/index.js", "sdk/client/stdio.js", "sdk/client/streamableHttp.js"]
      : ["client", "client/stdio"];
  return Object.assign({}, ...(await Promise.all(modules.map((name) => import(`@modelcontextprotocol/${name}`)))));
}

async function converse(client, { calls, file }) {
  const { tools } = await client.listTools();
  const { resources } = await client.listResources();
  const { resourceTemplates } = await client.listResourceTemplates();
  const { prompts } = await client.listPrompts();
  const results = [];
  for (const call of calls) {
    results.push({ name: call.name, ...outcome(await client.callTool(call)) });
  }
  const read = await client.readResource({ uri: `file:///${file}` });
  const prompt = await client.getPrompt({ name: prompts[0].name, arguments: { area: "src" } });
  const completed = await client.complete({
    ref: { type: "ref/resource", uri: resourceTemplates[0].uriTemplate },
    argument: { name: "path", value: file.slice(0, 1) },
  });
  return {
    server: client.getServerVersion().name,
    instructions: client.getInstructions(),
    revision: client.getNegotiatedProtocolVersion?.(),
    tools: tools.map((tool) => tool.name),
    resources: resources.length,
    templates: resourceTemplates.map((template) => template.uriTemplate),
    prompts: prompts.map((prompt) => prompt.name),
    results,
    read: read.contents[0].text,
    prompted: prompt.messages[0].content.text,
    completed: completed.completion.values,
  };
}

function outcome({ isError, content, structuredContent }) {
  return { isError: isError ?? false, text: content[0].text, keys: Object.keys(structuredContent) };
}
