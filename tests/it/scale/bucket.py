"""A server that speaks S3 with the files of a folder in a bucket; prints its address and stands until stdin ends."""

import os
import sys

import boto3
from moto.server import ThreadedMotoServer

folder, bucket, prefix = sys.argv[1:]
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
address = "http://%s:%s" % server.get_host_and_port()
s3 = boto3.client(
    "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
)
s3.create_bucket(Bucket=bucket)
for place, _, files in os.walk(folder):
    for name in files:
        path = os.path.join(place, name)
        s3.upload_file(path, bucket, prefix + os.path.relpath(path, folder).replace(os.sep, "/"))
print(address, flush=True)
sys.stdin.read()
server.stop()
