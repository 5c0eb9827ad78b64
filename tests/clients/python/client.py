"""A caller in Python: creates a customer, reads it back, records a purchase, looks at the operations, and is refused.

    PYTHONPATH=gen python client.py localhost:50051
"""

import secrets
import sys

import grpc
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import code_pb2, error_details_pb2
from google.type.money_pb2 import Money
from grpc_status import rpc_status

from guanxi.v1 import activity_service_pb2 as activity_pb
from guanxi.v1 import customer_service_pb2 as customer_pb
from guanxi.v1 import segmentation_service_pb2  # noqa: F401  (it must load beside google.longrunning)
from guanxi.v1.activity_service_pb2_grpc import ActivityServiceStub
from guanxi.v1.customer_service_pb2_grpc import CustomerServiceStub

TIMEOUT = 30


class Unexpected(Exception):
    """The server answered something else than it should."""


def create_and_get(customers: CustomerServiceStub) -> str:
    customer_id = f"python-{secrets.token_hex(6)}"
    request = customer_pb.CreateCustomerRequest(
        customer_id=customer_id,
        customer=customer_pb.Customer(
            kind=customer_pb.CUSTOMER_KIND_ORGANIZATION,
            display_name="Grüner Markt 市場",
            external_ids=[customer_pb.ExternalId(system="shop", id=customer_id)],
            labels={"region": "north"},
            contacts=[
                customer_pb.Contact(
                    contact_id="ada", display_name="Ada Lovelace", roles=[customer_pb.CONTACT_ROLE_PAYER]
                )
            ],
        ),
    )
    created = customers.CreateCustomer(request, timeout=TIMEOUT)
    print("created ", created.name)

    got = customers.GetCustomer(customer_pb.GetCustomerRequest(name=created.name), timeout=TIMEOUT)
    if got != created:
        raise Unexpected(f"GetCustomer returned {got}, CreateCustomer {created}")
    print("got      the same")
    return created.name


def purchase_of(customer: str, source_id: str, purchase_type: int, quantity: int) -> activity_pb.RecordPurchaseRequest:
    now = Timestamp()
    now.GetCurrentTime()
    amount = Money(currency_code="USD", units=29, nanos=330_000_000)
    return activity_pb.RecordPurchaseRequest(
        purchase=activity_pb.Purchase(
            context=activity_pb.FactContext(customer=customer, occur_time=now, source="shop", source_id=source_id),
            type=purchase_type,
            lines=[activity_pb.PurchaseLine(product="cd", quantity=quantity, net_amount=amount)],
        )
    )


def record(activity: ActivityServiceStub, customer: str) -> None:
    request = purchase_of(customer, "order-1", activity_pb.PURCHASE_TYPE_SALE, 2)
    purchase = activity.RecordPurchase(request, timeout=TIMEOUT)
    if purchase.net_amount != request.purchase.lines[0].net_amount:
        raise Unexpected(f"RecordPurchase returned the amount {purchase.net_amount}")
    print("recorded", purchase.name)


def list_operations(operations: operations_pb2_grpc.OperationsStub) -> None:
    page = operations.ListOperations(operations_pb2.ListOperationsRequest(name="operations"), timeout=TIMEOUT)
    print("listed  ", len(page.operations), "operations")


def be_refused(activity: ActivityServiceStub) -> None:
    """Sends three wrong fields and expects to be told of all three."""
    request = purchase_of("nobody", "order-2", activity_pb.PURCHASE_TYPE_UNSPECIFIED, -1)
    try:
        activity.RecordPurchase(request, timeout=TIMEOUT)
    except grpc.RpcError as error:
        refusal = rpc_status.from_call(error)
        if refusal is None:
            raise Unexpected(f"refused without details: {error.code().name}: {error.details()}") from error
    else:
        raise Unexpected("three wrong fields were not refused")

    reason, fields = "", []
    for detail in refusal.details:
        info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            reason = info.reason
        elif detail.Unpack(bad_request):
            fields += [violation.field for violation in bad_request.field_violations]
    code = code_pb2.Code.Name(refusal.code)
    print("refused ", code, f"{reason or 'without a reason'}:", ", ".join(fields))
    if (code, reason, len(fields)) != ("INVALID_ARGUMENT", "INVALID_FIELDS", 3):
        raise Unexpected(f"expected INVALID_ARGUMENT, INVALID_FIELDS and three fields: {refusal.message}")


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: client.py HOST:PORT", file=sys.stderr)
        return 2
    try:
        with grpc.insecure_channel(sys.argv[1]) as channel:
            name = create_and_get(CustomerServiceStub(channel))
            record(ActivityServiceStub(channel), name)
            list_operations(operations_pb2_grpc.OperationsStub(channel))
            be_refused(ActivityServiceStub(channel))
    except grpc.RpcError as error:
        print(f"python: {error.code().name}: {error.details()}", file=sys.stderr)
        return 1
    except Unexpected as error:
        print(f"python: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
