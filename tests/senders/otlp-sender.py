"""Sends each line of its input as one log record with OpenTelemetry's exporter, until the exporter says that all were taken."""

import sys
import time

from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, LogRecordExportResult, SimpleLogRecordProcessor

endpoint, token = sys.argv[1:]
made = InMemoryLogRecordExporter()
provider = LoggerProvider()
provider.add_log_record_processor(SimpleLogRecordProcessor(made))
logger = provider.get_logger("audit")
for line in sys.stdin:
    logger.emit(LogRecord(timestamp=time.time_ns(), body=line.rstrip("\n"), attributes={"host.name": "dpi-1"}))
exporter = OTLPLogExporter(endpoint=endpoint, headers={"Authorization": f"Bearer {token}"}, compression=Compression.Gzip)
while exporter.export(made.get_finished_logs()) != LogRecordExportResult.SUCCESS:
    time.sleep(0.2)
