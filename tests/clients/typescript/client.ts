// A caller in TypeScript: creates a customer, reads it back, records a purchase, looks at the operations, and is
// refused.
//
//     node dist/client.js localhost:50051

import { randomBytes } from "node:crypto";

import { create, equals } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

import { Operations } from "./gen/google/longrunning/operations_pb.js";
import { BadRequestSchema, ErrorInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import { MoneySchema } from "./gen/google/type/money_pb.js";
import { ActivityService, PurchaseSchema, PurchaseType } from "./gen/guanxi/v1/activity_service_pb.js";
import { ContactRole, CustomerKind, CustomerSchema, CustomerService } from "./gen/guanxi/v1/customer_service_pb.js";

async function createAndGet(customers: Client<typeof CustomerService>): Promise<string> {
  const customerId = `ts-${randomBytes(6).toString("hex")}`;
  const created = await customers.createCustomer({
    customerId,
    customer: {
      kind: CustomerKind.ORGANIZATION,
      displayName: "Grüner Markt 市場",
      externalIds: [{ system: "shop", id: customerId }],
      labels: { region: "north" },
      contacts: [{ contactId: "ada", displayName: "Ada Lovelace", roles: [ContactRole.PAYER] }],
    },
  });
  console.log("created ", created.name);

  const got = await customers.getCustomer({ name: created.name });
  if (!equals(CustomerSchema, got, created)) {
    throw new Error(`GetCustomer returned the etag ${got.etag}, CreateCustomer ${created.etag}, and not the same`);
  }
  console.log("got      the same");
  return created.name;
}

function purchaseOf(customer: string, sourceId: string, type: PurchaseType, quantity: bigint) {
  return create(PurchaseSchema, {
    context: { customer, occurTime: timestampNow(), source: "shop", sourceId },
    type,
    lines: [{ product: "cd", quantity, netAmount: { currencyCode: "USD", units: 29n, nanos: 330_000_000 } }],
  });
}

async function record(activity: Client<typeof ActivityService>, customer: string): Promise<void> {
  const purchase = purchaseOf(customer, "order-1", PurchaseType.SALE, 2n);
  const recorded = await activity.recordPurchase({ purchase });
  const [sent, kept] = [purchase.lines[0]?.netAmount, recorded.netAmount];
  if (!sent || !kept || !equals(MoneySchema, sent, kept)) {
    throw new Error(`RecordPurchase returned the amount ${kept?.units} + ${kept?.nanos}`);
  }
  console.log("recorded", recorded.name);
}

async function listOperations(operations: Client<typeof Operations>): Promise<void> {
  const page = await operations.listOperations({ name: "operations" });
  console.log("listed  ", page.operations.length, "operations");
}

/** Sends three wrong fields and expects to be told of all three. */
async function beRefused(activity: Client<typeof ActivityService>): Promise<void> {
  const purchase = purchaseOf("nobody", "order-2", PurchaseType.UNSPECIFIED, -1n);
  const refusal = await activity.recordPurchase({ purchase }).then(
    () => {
      throw new Error("three wrong fields were not refused");
    },
    (error: unknown) => ConnectError.from(error),
  );
  const reason = refusal.findDetails(ErrorInfoSchema)[0]?.reason;
  const fields = refusal.findDetails(BadRequestSchema).flatMap((it) => it.fieldViolations.map((it) => it.field));
  console.log("refused ", Code[refusal.code], `${reason ?? "without a reason"}:`, fields.join(", "));
  if (refusal.code !== Code.InvalidArgument || reason !== "INVALID_FIELDS" || fields.length !== 3) {
    throw new Error(`expected INVALID_ARGUMENT, INVALID_FIELDS and three fields: ${refusal.message}`);
  }
}

const address = process.argv[2];
if (address === undefined || process.argv.length !== 3) {
  console.error("usage: client.js HOST:PORT");
  process.exit(2);
}
try {
  const transport = createGrpcTransport({ baseUrl: `http://${address}`, defaultTimeoutMs: 30_000 });
  const activity = createClient(ActivityService, transport);
  const name = await createAndGet(createClient(CustomerService, transport));
  await record(activity, name);
  await listOperations(createClient(Operations, transport));
  await beRefused(activity);
} catch (error) {
  console.error("typescript:", error instanceof Error ? error.message : error);
  process.exit(1);
}
